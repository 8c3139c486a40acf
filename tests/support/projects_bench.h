#pragma once

#include <QDragEnterEvent>
#include <QDropEvent>
#include <QListView>
#include <QMimeData>
#include <QPushButton>
#include <QTemporaryDir>
#include <QTreeView>

#include <fstream>

#include "storage/checkpoints.h"
#include "tests/support/window_fixture.h"
#include "ui/projects/excerpt_note.h"
#include "ui/projects/project_chip.h"
#include "ui/projects/project_list.h"
#include "ui/projects/project_sheet.h"
#include "ui/projects/reading_bar.h"
#include "ui/projects/sheet_foot.h"

namespace sidewinder::test {

/// A small project in a folder of its own: some thousand tokens of code, an ignored file and a secret-like
/// one.
class ProjectFolder {
  public:
    explicit ProjectFolder(int files = 6, int functions = 30) {
        QDir(folder_.path()).mkpath(QStringLiteral("shop/src/deep"));
        for (int i = 0; i < files; ++i) put("src/part" + std::to_string(i) + ".py", code(i, functions));
        put("src/deep/inner.py", code(77, 3));
        put("README.md", "# Shop\n\nA small shop: stock, orders and bills.\n");
        put(".gitignore", "*.log\n");
        put("debug.log", "much ado\n");
        put("id_rsa", "-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----\n");
    }
    QString path() const { return folder_.filePath(QStringLiteral("shop")); }
    void put(const std::string& name, const std::string& text) const {
        const std::filesystem::path file = std::filesystem::path(path().toStdString()) / name;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file, std::ios::binary) << text;
    }
    static std::string code(int seed, int functions) {
        std::string text;
        for (int i = 0; i < functions; ++i) {
            const std::string n = std::to_string(seed * 100 + i);
            text += "def price_" + n + "(items, tax):\n    total = " + n +
                    "\n    for item in items:\n        total += item.count * item.price\n"
                    "    return total * (1 + tax)\n\n";
        }
        return text;
    }

  private:
    QTemporaryDir folder_;
};

/// The window with what a person does to a project in it.
class ProjectsBench : public WindowFixture {
  public:
    using WindowFixture::WindowFixture;

    app::ProjectsController& projects() { return app().controller().projects(); }
    ui::ProjectSheet& sheet() { return window().sheet(); }
    ui::SheetFoot& foot() { return sheet().foot(); }
    ui::ProjectList& list() { return *window().findChild<ui::ProjectList*>(); }
    ui::ReadingBar& bar() { return *window().findChild<ui::ReadingBar*>(); }
    ui::ProjectChip& chip() { return *window().findChild<ui::ProjectChip*>(); }

    /// Drags the folder over the window and lets it go there.
    void drop(const QString& folder) {
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(folder)});
        QDragEnterEvent enter(QPoint(300, 300), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(&window(), &enter);
        overlay_ = window().findChild<QWidget*>(QStringLiteral("DropOverlay"))->isVisible();
        QDropEvent let_go(QPointF(300, 300), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(&window(), &let_go);
    }
    bool sawOverlay() const { return overlay_; }

    /// Drops and waits for the sheet; false when none came.
    bool dropAndLook(const QString& folder) {
        QSignalSpy surveyed(&projects(), &app::ProjectsController::surveyed);
        drop(folder);
        return surveyed.wait(30'000) && window().showsSheet();
    }
    bool press(QPushButton* button) {
        QDeadlineTimer deadline(10'000);
        while (!button->isEnabled() && !deadline.hasExpired()) QTest::qWait(10);
        if (!button->isEnabled() || !button->isVisibleTo(&window())) return false;
        QTest::mouseClick(button, Qt::LeftButton);
        return true;
    }
    /// Presses Read and waits until all is read.
    bool readAll() {
        QSignalSpy over(&projects(), &app::ProjectsController::readingOver);
        return press(foot().readButton()) && over.wait(120'000) && over.first().at(1).toBool();
    }
    QModelIndex row(const QString& path) {
        QModelIndex at;
        for (const QString& part : path.split(QLatin1Char('/'))) {
            QModelIndex next;
            for (int i = 0; i < sheet().model().rowCount(at); ++i)
                if (sheet().model().index(i, 0, at).data().toString() == part)
                    next = sheet().model().index(i, 0, at);
            if (!next.isValid()) return {};
            at = next;
        }
        return at;
    }
    ui::ProjectItem item() { return list().find(1) ? *list().find(1) : ui::ProjectItem{}; }
    bool waitFor(ui::ProjectState state) {
        QDeadlineTimer deadline(30'000);
        while (item().state != state && !deadline.hasExpired()) QTest::qWait(10);
        return item().state == state;
    }
    ui::ExcerptNote& note() { return *window().findChild<ui::ExcerptNote*>(); }
    /// What was put beside the question of this answer.
    std::vector<storage::KeptExcerpt> excerptsOf(const storage::Message& answer) {
        return stored([question = *answer.parent](storage::Conversations&, storage::Projects&,
                                                  storage::Excerpts& e) { return e.of(question); });
    }
    /// Tokens that were read for an answer and are neither the project's nor of excerpts.
    qint64 questionTokens(const storage::Message& answer) {
        qint64 tokens = answer.stats.read;
        for (const storage::KeptExcerpt& excerpt : excerptsOf(answer))
            tokens -= excerpt.is_on ? excerpt.tokens : 0;
        return tokens;
    }
    std::size_t projectCheckpoints() {
        const auto files = storage::Checkpoints(options().paths.checkpoints(), std::uint64_t{8} << 30).list();
        return static_cast<std::size_t>(std::count_if(files.begin(), files.end(), [](const auto& entry) {
            return entry.meta.kind == storage::CheckpointKind::Project;
        }));
    }

  private:
    bool overlay_ = false;
};

}  // namespace sidewinder::test
