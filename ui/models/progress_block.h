#pragma once

#include <QList>
#include <QWidget>

#include "ui/models/model_values.h"
#include "ui/theme/theme.h"

class QGridLayout;
class QLabel;
class QProgressBar;
class QLayout;
class QPushButton;

namespace sidewinder::ui {

/// How far a download or another long work is, as a whole and file by file, with what stops it.
class ProgressBlock : public QWidget {
    Q_OBJECT

  public:
    explicit ProgressBlock(const Theme& theme, QWidget* parent = nullptr);
    void setWork(const ModelWork& work);
    const ModelWork& work() const { return work_; }
    void addButtonsTo(QLayout& layout);  ///< beside others, and not beneath the text
    void setAsking(bool asking);         ///< a question about it is open: its buttons wait

  Q_SIGNALS:
    void pauseRequested();
    void resumeRequested();
    void stopRequested();  ///< of a download: to be asked about

  private:
    void showFiles();
    void restyle();

    const Theme& theme_;
    ModelWork work_;
    bool asking_ = false;
    QLabel* task_;
    QLabel* text_;
    QProgressBar* bar_;
    QLabel* note_;
    QWidget* files_;
    QGridLayout* fileGrid_;
    QPushButton* pause_;
    QPushButton* stop_;

    struct FileRow {
        QLabel* icon;
        QLabel* name;
        QLabel* state;
    };
    QList<FileRow> rows_;
};

}  // namespace sidewinder::ui
