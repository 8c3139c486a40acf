#include "ui/theme/theme.h"

#include <QApplication>
#include <QFile>
#include <QFontDatabase>
#include <QPalette>
#include <QStyleFactory>

#include <algorithm>
#include <cmath>
#include <utility>

#include "ui/theme/icon.h"
#include "ui/theme/style_sheet.h"

namespace sidewinder::ui {
namespace {

/// The system's choice where a desktop made one; else the best of what is installed.
QString chooseFamily(const QString& system, const QStringList& placeholders, const QStringList& preferred) {
    const auto isPlaceholder = [&system](const QString& name) {
        return system.startsWith(name, Qt::CaseInsensitive);
    };
    if (!system.isEmpty() && std::none_of(placeholders.begin(), placeholders.end(), isPlaceholder))
        return system;
    const QStringList installed = QFontDatabase::families();
    for (const QString& name : preferred)
        if (installed.contains(name)) return name;
    return system;
}

}  // namespace

Theme::Theme(QObject* parent) : QObject(parent) {
    readSystem();
    colours_ = systemIsDark_ ? darkColours() : lightColours();
}

void Theme::readSystem() {
    systemIsDark_ = QApplication::palette().color(QPalette::Window).lightness() < 128;
    const QFont system = QFontDatabase::systemFont(QFontDatabase::GeneralFont);
    const QStringList generic{QStringLiteral("Sans"), QStringLiteral("DejaVu"), QStringLiteral("Helvetica"),
                              QStringLiteral("Bitstream"), QStringLiteral("Monospace")};
    bodyFamily_ =
        chooseFamily(system.family(), generic, {QStringLiteral("Inter"), QStringLiteral("Noto Sans")});
    monoFamily_ = chooseFamily(QFontDatabase::systemFont(QFontDatabase::FixedFont).family(),
                               QStringList{generic} << QStringLiteral("Courier"),
                               {QStringLiteral("JetBrains Mono"), QStringLiteral("Noto Sans Mono"),
                                QStringLiteral("DejaVu Sans Mono"), QStringLiteral("Liberation Mono")});
    const double points = system.pointSizeF() > 0 ? system.pointSizeF() : 11;
    systemFontSize_ = std::clamp(static_cast<int>(std::lround(points)), 10, 14);
    if (QGuiApplication::platformName() == QLatin1String("offscreen")) systemFontSize_ = 11;
    fontSize_ = systemFontSize_;
}

void Theme::apply(ThemeChoice choice, int fontSize) {
    choice_ = choice;
    fontSize_ = fontSize > 0 ? std::clamp(fontSize, 8, 28) : systemFontSize_;
    const bool dark = choice == ThemeChoice::Dark || (choice == ThemeChoice::System && systemIsDark_);
    colours_ = dark ? darkColours() : lightColours();
    install();
    Q_EMIT changed();
}

void Theme::install() {
    if (!std::exchange(styleSet_, true))
        QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
    QPalette p;
    const auto set = [&p](QPalette::ColorRole role, const QColor& colour) { p.setColor(role, colour); };
    set(QPalette::Window, colours_.window);
    set(QPalette::WindowText, colours_.text);
    set(QPalette::Base, colours_.raised);
    set(QPalette::AlternateBase, colours_.surface);
    set(QPalette::Text, colours_.text);
    set(QPalette::PlaceholderText, colours_.quiet);
    set(QPalette::Button, colours_.surface);
    set(QPalette::ButtonText, colours_.text);
    set(QPalette::BrightText, colours_.danger);
    set(QPalette::ToolTipBase, colours_.raised);
    set(QPalette::ToolTipText, colours_.text);
    set(QPalette::Highlight, colours_.selection);
    set(QPalette::HighlightedText, colours_.text);
    set(QPalette::Link, colours_.accent);
    set(QPalette::Light, colours_.raised);
    set(QPalette::Midlight, colours_.line);
    set(QPalette::Mid, colours_.line);
    set(QPalette::Dark, colours_.line);
    set(QPalette::Shadow, colours_.line);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        p.setColor(QPalette::Disabled, role, colours_.quiet);
    QApplication::setPalette(p);
    QApplication::setFont(body());
    qApp->setStyleSheet(styleSheet(colours_, fontSize_));
}

QFont Theme::scaled(double factor, QFont::Weight weight) const {
    QFont font(bodyFamily_);
    font.setPointSizeF(std::max(8.0, fontSize_ * factor));
    font.setWeight(weight);
    return font;
}

QFont Theme::body() const {
    return scaled(1.0);
}
QFont Theme::strong() const {
    return scaled(1.0, QFont::DemiBold);
}
QFont Theme::small() const {
    return scaled(0.86);
}
QFont Theme::title() const {
    return scaled(1.25, QFont::DemiBold);
}
QFont Theme::display() const {
    return scaled(2.0, QFont::DemiBold);
}

QFont Theme::heading(int level) const {
    if (level <= 1) return scaled(1.4, QFont::DemiBold);
    return scaled(level == 2 ? 1.2 : 1.0, QFont::DemiBold);
}

QFont Theme::mono() const {
    QFont font(monoFamily_);
    font.setStyleHint(QFont::Monospace);
    font.setFixedPitch(true);
    font.setStyleStrategy(QFont::PreferNoShaping);  // code is shown as it is: "!=" stays two characters
    font.setPointSizeF(std::max(8.0, fontSize_ * 0.91));
    return font;
}

QIcon Theme::icon(const char* name) const {
    return iconIn(name, colours_.quiet);
}
QIcon Theme::iconStrong(const char* name) const {
    return iconIn(name, colours_.text);
}
QIcon Theme::iconOnAccent(const char* name) const {
    return iconIn(name, colours_.onAccent);
}

QIcon Theme::iconIn(const char* name, const QColor& colour) const {
    QColor disabled = colours_.quiet;
    disabled.setAlphaF(0.5F);
    return lineIcon(QString::fromLatin1(name), colour, disabled);
}

}  // namespace sidewinder::ui
