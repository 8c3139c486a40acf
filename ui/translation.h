#pragma once

#include <QLocale>
#include <QTranslator>

#include <memory>
#include <vector>

namespace sidewinder::ui {

/// The window's translation and Qt's own for a locale; empty where there is none (English needs none). The
/// caller keeps them and installs them with QCoreApplication::installTranslator before the window is made.
std::vector<std::unique_ptr<QTranslator>> loadTranslations(const QLocale& locale);

}  // namespace sidewinder::ui
