#include "app/window/about_view.h"

#include <QMap>
#include <QStringList>

#include <cstring>

#include "app/syntax/language.h"
#include "app/window/application.h"

namespace sidewinder::app {

QString network_sentence(const NetworkLock& lock) {
    switch (lock.state) {
        case NetworkLock::State::On:
            return Application::tr(
                "This window cannot open network connections: the kernel refuses them (seccomp).");
        case NetworkLock::State::Unsupported:
            return Application::tr(
                "This window opens no network connections, but nothing keeps it from doing so: there are no "
                "seccomp filters here.");
        case NetworkLock::State::Refused:
            return Application::tr(
                       "This window opens no network connections, but nothing keeps it from doing so: the "
                       "kernel was asked to refuse them and said “%1”.")
                .arg(QString::fromLocal8Bit(std::strerror(lock.error)));
        case NetworkLock::State::Off:
            break;
    }
    return Application::tr(
        "This window opens no network connections, but the kernel was not asked to refuse them.");
}

namespace {

/// One line for each licence among the packages: "Tree-sitter grammars: bash, c, cpp".
QList<ui::AboutLibrary> grammar_libraries() {
    QMap<QString, QStringList> by_licence;
    for (const syntax::GrammarPackage& package : syntax::grammar_packages()) {
        const QString name =
            QString::fromUtf8(package.name.data(), static_cast<qsizetype>(package.name.size()));
        by_licence[QString::fromUtf8(package.licence.data(), static_cast<qsizetype>(package.licence.size()))]
            << name.mid(name.lastIndexOf(u'/') + 1).remove(QStringLiteral("tree-sitter-"));
    }
    QList<ui::AboutLibrary> libraries;
    for (auto group = by_licence.cbegin(); group != by_licence.cend(); ++group)
        libraries << ui::AboutLibrary{
            .name = Application::tr("Tree-sitter grammars: %1").arg(group.value().join(QStringLiteral(", "))),
            .licence = group.key()};
    return libraries;
}

}  // namespace

ui::AboutView about_view(const NetworkLock& lock) {
    const auto library = [](const char* name, const QString& licence) {
        return ui::AboutLibrary{.name = QString::fromUtf8(name), .licence = licence};
    };
    const auto named = [&library](const char* name, const char* licence) {
        return library(name, QString::fromUtf8(licence));
    };
    QList<ui::AboutLibrary> libraries = {library("Qt", QStringLiteral("LGPL-3.0")),
                                         named("sentencepiece", "Apache-2.0"),
                                         library("SQLite", Application::tr("public domain")),
                                         named("SQLiteCpp", "MIT"),
                                         named("MD4C", "MIT"),
                                         named("Highway", "Apache-2.0"),
                                         named("JSON for Modern C++", "MIT"),
                                         named("xxHash", "BSD-2-Clause"),
                                         named("OpenSSL (libcrypto)", "Apache-2.0"),
                                         named("libseccomp", "LGPL-2.1"),
                                         named("libgit2", "GPL-2.0, linking exception"),
                                         named("tree-sitter", "MIT"),
                                         named("RE2", "BSD-3-Clause")};
    libraries << grammar_libraries();
    return {.version = QStringLiteral(SIDEWINDER_VERSION),
            .licence = QStringLiteral("Apache-2.0"),
            .network = network_sentence(lock),
            .networkRefused = lock.on(),
            .libraries = libraries,
            .otherPrograms = {named("CLI11", "BSD-3-Clause"), named("curl", "curl"),
                              named("OpenSSL", "Apache-2.0"), named("libsecret", "LGPL-2.1"),
                              named("GLib", "LGPL-2.1")}};
}

}  // namespace sidewinder::app
