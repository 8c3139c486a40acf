#include "ui/panels/settings_dialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QRegularExpressionValidator>
#include <QScrollArea>
#include <QVBoxLayout>

#include "ui/panels/proxy_password.h"
#include "ui/theme/kind.h"

namespace sidewinder::ui {
namespace {
constexpr int fieldWidth = 190;
}

SettingsDialog::SettingsDialog(const Theme& theme, QWidget* parent) : QDialog(parent), theme_(theme) {
    setWindowTitle(tr("Settings"));
    resize(600, 680);
    auto* inner = new QWidget;
    auto* page = new QVBoxLayout(inner);
    page->setContentsMargins(28, 20, 28, 12);
    page->setSpacing(10);
    buildLook(*page);
    buildAnswers(*page);
    buildSampling(*page);
    buildMachine(*page);
    buildNetwork(*page);
    page->addStretch();
    auto* scroll = new QScrollArea(this);
    scroll->setWidget(inner);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFocusPolicy(Qt::NoFocus);

    auto* reset = new QPushButton(tr("Restore defaults"), this);
    setKind(reset, "quiet");
    reset->setAccessibleName(reset->text());
    auto* done = new QPushButton(tr("Done"), this);
    setKind(done, "primary");
    done->setAccessibleName(done->text());
    done->setDefault(true);
    auto* buttons = new QHBoxLayout;
    buttons->setContentsMargins(22, 10, 22, 16);
    buttons->addWidget(reset);
    buttons->addStretch();
    buttons->addWidget(done);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(scroll, 1);
    column->addLayout(buttons);
    connect(done, &QPushButton::clicked, this, &QDialog::accept);
    connect(reset, &QPushButton::clicked, this, [this] {
        setSettings(Settings());
        report();
    });
    setSettings(Settings());
}

void SettingsDialog::addSection(QVBoxLayout& page, const QString& title) {
    if (page.count() > 0) page.addSpacing(16);
    auto* label = new QLabel(title);
    setKind(label, "title");
    page.addWidget(label);
}

/// Name and hint at the left, the field at the right; a tall field goes beneath. Returns the hint, or null.
QLabel* SettingsDialog::addRow(QVBoxLayout& page, const QString& name, const QString& hint, QWidget* field,
                               bool beneath) {
    auto* text = new QVBoxLayout;
    text->setSpacing(1);
    auto* label = new QLabel(name);
    label->setBuddy(field);
    text->addWidget(label);
    QLabel* quiet = nullptr;
    if (!hint.isEmpty()) {
        quiet = new QLabel(hint);
        setKind(quiet, "quiet");
        quiet->setWordWrap(true);
        text->addWidget(quiet);
    }
    field->setAccessibleName(name);
    field->setAccessibleDescription(hint);
    if (beneath) {
        page.addLayout(text);
        page.addWidget(field);
        return quiet;
    }
    auto* row = new QHBoxLayout;
    row->setSpacing(24);
    row->addLayout(text, 1);
    field->setFixedWidth(fieldWidth);
    row->addWidget(field, 0, Qt::AlignVCenter);
    page.addLayout(row);
    return quiet;
}

QDoubleSpinBox* SettingsDialog::decimal(double minimum, double maximum, double step) {
    auto* box = new QDoubleSpinBox;
    box->setRange(minimum, maximum);
    box->setSingleStep(step);
    box->setDecimals(2);
    connect(box, &QDoubleSpinBox::valueChanged, this, &SettingsDialog::report);
    return box;
}

QSpinBox* SettingsDialog::whole(int minimum, int maximum) {
    auto* box = new QSpinBox;
    box->setRange(minimum, maximum);
    connect(box, &QSpinBox::valueChanged, this, &SettingsDialog::report);
    return box;
}

void SettingsDialog::buildLook(QVBoxLayout& page) {
    addSection(page, tr("Appearance"));
    themeChoice_ = new QComboBox;
    themeChoice_->addItems({tr("Like the system"), tr("Light"), tr("Dark")});
    connect(themeChoice_, &QComboBox::currentIndexChanged, this, &SettingsDialog::report);
    addRow(page, tr("Theme"), {}, themeChoice_);
    fontSize_ = whole(7, 28);
    fontSize_->setSpecialValueText(tr("System (%1 pt)").arg(theme_.systemFontSize()));
    fontSize_->setSuffix(tr(" pt"));
    addRow(page, tr("Text size"), tr("Ctrl and +, − or 0 do the same."), fontSize_);
}

void SettingsDialog::buildAnswers(QVBoxLayout& page) {
    addSection(page, tr("Answers"));
    systemPrompt_ = new QPlainTextEdit;
    systemPrompt_->setTabChangesFocus(true);
    systemPrompt_->setMinimumHeight(84);
    systemPrompt_->setMaximumHeight(110);
    systemPrompt_->setPlaceholderText(tr("For example: Answer briefly. Prefer C++20."));
    connect(systemPrompt_, &QPlainTextEdit::textChanged, this, &SettingsDialog::report);
    addRow(page, tr("System prompt"), tr("Read before the first message of every new chat."), systemPrompt_,
           true);
    maxTokens_ = whole(16, 262144);
    maxTokens_->setSingleStep(256);
    maxTokens_->setGroupSeparatorShown(true);
    addRow(page, tr("Longest answer"), tr("In tokens; then it stops."), maxTokens_);
}

void SettingsDialog::buildSampling(QVBoxLayout& page) {
    addSection(page, tr("Sampling"));
    temperature_ = decimal(0, 2, 0.05);
    addRow(page, tr("Temperature"), tr("0 always takes the likeliest token."), temperature_);
    topK_ = whole(0, 1000);
    topK_->setSpecialValueText(tr("Off"));
    addRow(page, tr("Top-k"), tr("Only the k likeliest tokens."), topK_);
    topP_ = decimal(0.01, 1, 0.01);
    addRow(page, tr("Top-p"), tr("Only the likeliest up to this share. 1 is off."), topP_);
    minP_ = decimal(0, 1, 0.01);
    addRow(page, tr("Min-p"), tr("Only those at least this likely, next to the best. 0 is off."), minP_);
    repetition_ = decimal(1, 2, 0.01);
    addRow(page, tr("Repetition penalty"), tr("1 is off."), repetition_);
    seed_ = new QLineEdit;
    seed_->setPlaceholderText(tr("New for every answer"));
    static const QRegularExpression digits(QStringLiteral("\\d{0,19}"));
    seed_->setValidator(new QRegularExpressionValidator(digits, seed_));
    connect(seed_, &QLineEdit::textChanged, this, &SettingsDialog::report);
    addRow(page, tr("Seed"), tr("The same seed gives the same answer."), seed_);
}

void SettingsDialog::buildMachine(QVBoxLayout& page) {
    addSection(page, tr("This machine"));
    device_ = new QComboBox;
    device_->addItems({tr("Automatic"), tr("Processor (CPU)"), tr("GPU (NVIDIA)")});
    connect(device_, &QComboBox::currentIndexChanged, this, &SettingsDialog::report);
    addRow(page, tr("Runs on"), tr("Automatic takes the GPU when the model fits into its memory."), device_);
    float8_ = new QCheckBox;
    connect(float8_, &QCheckBox::toggled, this, &SettingsDialog::report);
    float8Hint_ = addRow(page, tr("Read long prompts in float8"), float8Hint(), float8_);
    threads_ = whole(0, 256);
    threads_->setSpecialValueText(tr("All cores"));
    addRow(page, tr("Threads"), tr("When the processor answers. Counts from the next answer."), threads_);
}

void SettingsDialog::buildNetwork(QVBoxLayout& page) {
    addSection(page, tr("Network (downloads only)"));
    offline_ = new QCheckBox;
    connect(offline_, &QCheckBox::toggled, this, &SettingsDialog::report);
    addRow(page, tr("Offline: never start a download"),
           tr("The window itself never opens a connection; only a download that you start does."), offline_);
    const auto line = [&](const QString& name, const QString& hint, const QString& empty) {
        auto* field = new QLineEdit;
        field->setPlaceholderText(empty);
        addRow(page, name, hint, field, true);
        return field;
    };
    endpoint_ = line(tr("Hub or mirror"), tr("Where models are fetched from."),
                     QStringLiteral("https://huggingface.co"));
    proxy_ = line(tr("Proxy"), tr("With a name where it asks for one: http://NAME@HOST:PORT."),
                  tr("From the environment"));
    connect(proxy_, &QLineEdit::editingFinished, this, &SettingsDialog::takeProxy);
    connect(proxy_, &QLineEdit::textChanged, this,
            [this] { proxyPassword_->setProxy(proxy_->text().trimmed()); });
    proxyPassword_ = new ProxyPassword;
    connect(proxyPassword_, &ProxyPassword::given, this, &SettingsDialog::proxyPasswordGiven);
    connect(proxyPassword_, &ProxyPassword::forgotten, this, &SettingsDialog::proxyPasswordForgotten);
    addRow(page, tr("Proxy password"),
           tr("Kept in this desktop's keyring, never in the settings; only a download reads it."),
           proxyPassword_, true);
    caFile_ = line(tr("Certificates"), tr("A PEM file, where a company has its own."), tr("The system's"));
    tokenFile_ = line(tr("Access token"), tr("A file that only you may read. For models that ask for one."),
                      tr("From the environment (HF_TOKEN)"));
    for (QLineEdit* field : {endpoint_, caFile_, tokenFile_})
        connect(field, &QLineEdit::textChanged, this, &SettingsDialog::report);
}

QString SettingsDialog::float8Hint() const {
    const QString hint = tr("Faster, slightly less exact.");
    if (float8Offered_) return hint;
    return hint + QLatin1Char(' ') +
           tr("Not with what answers now: it takes an NVIDIA GPU of compute capability 9.0, such as the "
              "H100.");
}

void SettingsDialog::setFloat8Offered(bool offered) {
    float8Offered_ = offered;
    const QString hint = float8Hint();
    float8_->setAccessibleDescription(hint);
    float8Hint_->setText(hint);
    enableFloat8();
}

void SettingsDialog::enableFloat8() {
    float8_->setEnabled(float8Offered_ || float8_->isChecked());
}

void SettingsDialog::setSettings(const Settings& s) {
    filling_ = true;
    themeChoice_->setCurrentIndex(static_cast<int>(s.theme));
    fontSize_->setValue(s.fontSize == 0 ? fontSize_->minimum() : s.fontSize);
    if (systemPrompt_->toPlainText() != s.systemPrompt) systemPrompt_->setPlainText(s.systemPrompt);
    temperature_->setValue(s.temperature);
    topK_->setValue(s.topK);
    topP_->setValue(s.topP);
    minP_->setValue(s.minP);
    repetition_->setValue(s.repetitionPenalty);
    maxTokens_->setValue(s.maxTokens);
    seed_->setText(s.seed ? QString::number(*s.seed) : QString());
    device_->setCurrentIndex(static_cast<int>(s.device));
    float8_->setChecked(s.float8Prefill);
    enableFloat8();
    threads_->setValue(s.threads);
    offline_->setChecked(s.offline);
    const auto fill = [](QLineEdit* field, const QString& text) {
        if (field->text().trimmed() != text) field->setText(text);
    };
    fill(endpoint_, s.endpoint);
    takenProxy_ = s.proxy;
    fill(proxy_, s.proxy);
    fill(caFile_, s.caFile);
    fill(tokenFile_, s.tokenFile);
    filling_ = false;
}

Settings SettingsDialog::settings() const {
    Settings s;
    s.theme = static_cast<ThemeChoice>(themeChoice_->currentIndex());
    s.fontSize = fontSize_->value() == fontSize_->minimum() ? 0 : fontSize_->value();
    s.systemPrompt = systemPrompt_->toPlainText();
    s.temperature = temperature_->value();
    s.topK = topK_->value();
    s.topP = topP_->value();
    s.minP = minP_->value();
    s.repetitionPenalty = repetition_->value();
    s.maxTokens = maxTokens_->value();
    bool ok = false;
    const quint64 seed = seed_->text().toULongLong(&ok);
    if (ok) s.seed = seed;
    s.device = static_cast<DeviceChoice>(device_->currentIndex());
    s.float8Prefill = float8_->isChecked();
    s.threads = threads_->value();
    s.offline = offline_->isChecked();
    s.endpoint = endpoint_->text().trimmed();
    s.proxy = takenProxy_;
    s.caFile = caFile_->text().trimmed();
    s.tokenFile = tokenFile_->text().trimmed();
    return s;
}

void SettingsDialog::sayProxyPassword(const QString& sentence) {
    proxyPassword_->say(sentence);
}

/// Only once it is whole: before its '@' is typed, a password in it cannot be told from a host's port.
void SettingsDialog::takeProxy() {
    QString proxy = proxy_->text().trimmed();
    if (const auto [bare, password] = ProxyPassword::apart(proxy); !bare.isEmpty()) {
        proxy = bare;
        proxy_->setText(bare);
        proxyPassword_->setPassword(password);
    }
    if (proxy == takenProxy_) return;
    takenProxy_ = proxy;
    report();
}

void SettingsDialog::report() {
    if (!filling_) Q_EMIT changed(settings());
}

}  // namespace sidewinder::ui
