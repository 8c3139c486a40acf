#include "ui/translation.h"

#include <QLibraryInfo>

namespace sidewinder::ui {

std::vector<std::unique_ptr<QTranslator>> loadTranslations(const QLocale& locale) {
    std::vector<std::unique_ptr<QTranslator>> loaded;
    if (locale.language() == QLocale::English || locale.language() == QLocale::C) return loaded;
    const auto load = [&](const QString& name, const QString& folder) {
        auto translator = std::make_unique<QTranslator>();
        if (translator->load(locale, name, QStringLiteral("_"), folder))
            loaded.push_back(std::move(translator));
    };
    load(QStringLiteral("qtbase"), QLibraryInfo::path(QLibraryInfo::TranslationsPath));
    load(QStringLiteral("sidewinder"), QStringLiteral(":/sidewinder/translations"));
    return loaded;
}

}  // namespace sidewinder::ui
