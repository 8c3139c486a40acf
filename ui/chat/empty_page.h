#pragma once

#include <QList>
#include <QWidget>

#include "ui/theme/theme.h"

class QGridLayout;
class QLabel;
class QPushButton;

namespace sidewinder::ui {

/// The new chat before its first message: the product's name, one sentence, a few questions to start from.
class EmptyPage : public QWidget {
    Q_OBJECT

  public:
    explicit EmptyPage(const Theme& theme, QWidget* parent = nullptr);
    void setStatus(const EngineStatus& status);

  Q_SIGNALS:
    void promptChosen(const QString& text);
    void modelsRequested();
    void projectRequested();  ///< a folder is to be chosen

  protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

  private:
    struct Sample {
        QString label;
        QString prompt;
    };
    QList<Sample> samples() const;
    void retranslate();
    void restyle();
    void arrange();

    const Theme& theme_;
    EngineStatus status_;
    QLabel* mark_;
    QLabel* name_;
    QLabel* sentence_;
    QLabel* model_;
    QPushButton* models_;
    QPushButton* project_;
    QList<QPushButton*> chips_;
    QGridLayout* grid_;
    bool narrow_ = false;
};

}  // namespace sidewinder::ui
