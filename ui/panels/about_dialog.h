#pragma once

#include <QDialog>

#include "ui/theme/theme.h"
#include "ui/values.h"

class QVBoxLayout;

namespace sidewinder::ui {

/// What this program is, whether the kernel keeps it off the network, and whose work it is made with.
class AboutDialog : public QDialog {
    Q_OBJECT

  public:
    AboutDialog(const AboutView& view, const Theme& theme, QWidget* parent);

  private:
    void addHead(QVBoxLayout& page, const AboutView& view);
    void addNetwork(QVBoxLayout& page, const AboutView& view, const Theme& theme);
    void addLibraries(QVBoxLayout& page, const QString& title, const QList<AboutLibrary>& libraries);
};

}  // namespace sidewinder::ui
