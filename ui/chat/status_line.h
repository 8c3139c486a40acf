#pragma once

#include <QWidget>

#include "ui/theme/theme.h"

class QProgressBar;
class QPushButton;

namespace sidewinder::ui {

class ElidedLabel;

/// One quiet line: model, device, tokens read, tokens a second, time to the first token. While reading: how
/// far, how long.
class StatusLine : public QWidget {
    Q_OBJECT

  public:
    explicit StatusLine(QWidget* parent = nullptr);
    void setStatus(const EngineStatus& status);
    void setOffersModels(bool offers);  ///< the way to a model; off where the first page has it
    QString text() const;

    /// "Reading 1,204 of 12,000 tokens, about 14 s left"; empty when not reading.
    static QString readingSentence(const EngineStatus& status);

  Q_SIGNALS:
    void modelsRequested();

  protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

  private:
    void refresh();
    QStringList parts() const;
    bool namesModel() const;
    void showModel();

    EngineStatus status_;
    bool offersModels_ = true;
    ElidedLabel* label_;
    QProgressBar* progress_;
    QPushButton* model_;  ///< its name, the way to the others
    QPushButton* models_;
};

}  // namespace sidewinder::ui
