#pragma once

#include <QFont>
#include <QIcon>
#include <QObject>

#include "ui/theme/colours.h"
#include "ui/values.h"

namespace sidewinder::ui {

/// The look: colours, fonts, icons, the style sheet. One per window, handed to its widgets by reference; they
/// listen to changed(). apply() sets the application's style, palette, font and style sheet. GUI thread only.
class Theme : public QObject {
    Q_OBJECT

  public:
    explicit Theme(QObject* parent = nullptr);

    void apply(ThemeChoice choice, int fontSize);
    const Colours& colours() const { return colours_; }

    /// Points; what Settings::fontSize == 0 means on this machine.
    int systemFontSize() const { return systemFontSize_; }
    int fontSize() const { return fontSize_; }

    QFont body() const;
    QFont strong() const;
    QFont small() const;
    QFont title() const;
    QFont display() const;  ///< the product's name on the first page
    QFont heading(int level) const;
    QFont mono() const;

    QIcon icon(const char* name) const;          ///< quiet
    QIcon iconStrong(const char* name) const;    ///< text colour
    QIcon iconOnAccent(const char* name) const;  ///< on a primary button
    QIcon iconIn(const char* name, const QColor& colour) const;

  Q_SIGNALS:
    void changed();

  private:
    void readSystem();
    void install();
    QFont scaled(double factor, QFont::Weight weight = QFont::Normal) const;

    Colours colours_;
    ThemeChoice choice_ = ThemeChoice::System;
    bool systemIsDark_ = false;
    bool styleSet_ = false;
    QString bodyFamily_;
    QString monoFamily_;
    int systemFontSize_ = 11;
    int fontSize_ = 11;
};

}  // namespace sidewinder::ui
