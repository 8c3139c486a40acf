#pragma once

#include <QWidget>

class QCheckBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace sidewinder::ui {

/// Asks for a proxy's password once, to be kept elsewhere than in the settings, and says where it is.
class ProxyPassword : public QWidget {
    Q_OBJECT

  public:
    explicit ProxyPassword(QWidget* parent = nullptr);
    /// Whose password: "[SCHEME://]NAME@HOST:PORT". Without a name there is nothing to ask for.
    void setProxy(const QString& proxy);
    void setPassword(const QString& password);  ///< as if it was typed
    void say(const QString& sentence);          ///< how it went, beneath
    /// Both empty in `proxy` without ":PASSWORD@"; else the proxy without it, and the password decoded.
    static std::pair<QString, QString> apart(const QString& proxy);

  Q_SIGNALS:
    void given(const QString& proxy, const QString& password, bool inFile);
    void forgotten(const QString& proxy);

  private:
    void refresh();
    void give();

    QString proxy_;
    QLineEdit* field_;
    QPushButton* keep_;
    QPushButton* forget_;
    QCheckBox* inFile_;
    QLabel* said_;
};

}  // namespace sidewinder::ui
