#pragma once

#include <QDialog>

#include "ui/theme/theme.h"

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QSpinBox;
class QVBoxLayout;

namespace sidewinder::ui {

class ProxyPassword;

/// All settings on one page; every change counts at once. Not modal.
class SettingsDialog : public QDialog {
    Q_OBJECT

  public:
    SettingsDialog(const Theme& theme, QWidget* parent);
    void setSettings(const Settings& settings);  ///< does not emit changed
    Settings settings() const;
    /// Where it can't be had its box is off, with the reason beside it, unless it is ticked: what was chosen
    /// stays, and can be taken back.
    void setFloat8Offered(bool offered);
    void sayProxyPassword(const QString& sentence);  ///< how keeping or forgetting it went

  Q_SIGNALS:
    void changed(const sidewinder::ui::Settings& settings);
    /// Never part of the settings.
    void proxyPasswordGiven(const QString& proxy, const QString& password, bool inFile);
    void proxyPasswordForgotten(const QString& proxy);

  private:
    void buildLook(QVBoxLayout& page);
    void buildAnswers(QVBoxLayout& page);
    void buildSampling(QVBoxLayout& page);
    void buildMachine(QVBoxLayout& page);
    void buildNetwork(QVBoxLayout& page);
    void addSection(QVBoxLayout& page, const QString& title);
    QLabel* addRow(QVBoxLayout& page, const QString& name, const QString& hint, QWidget* field,
                   bool beneath = false);
    QDoubleSpinBox* decimal(double minimum, double maximum, double step);
    QSpinBox* whole(int minimum, int maximum);
    QString float8Hint() const;
    void enableFloat8();
    void takeProxy();
    void report();

    const Theme& theme_;
    bool filling_ = false;
    bool float8Offered_ = false;
    QComboBox* themeChoice_;
    QSpinBox* fontSize_;
    QPlainTextEdit* systemPrompt_;
    QDoubleSpinBox* temperature_;
    QSpinBox* topK_;
    QDoubleSpinBox* topP_;
    QDoubleSpinBox* minP_;
    QDoubleSpinBox* repetition_;
    QSpinBox* maxTokens_;
    QLineEdit* seed_;
    QComboBox* device_;
    QCheckBox* float8_;
    QLabel* float8Hint_;
    QSpinBox* threads_;
    QCheckBox* offline_;
    QLineEdit* endpoint_;
    QLineEdit* proxy_;
    QString takenProxy_;
    ProxyPassword* proxyPassword_;
    QLineEdit* caFile_;
    QLineEdit* tokenFile_;
};

}  // namespace sidewinder::ui
