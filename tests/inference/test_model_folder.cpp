#include <signal.h>
#include <sys/stat.h>

#include <QtTest>
#include <atomic>
#include <thread>

#include "inference/error.h"
#include "inference/model_folder.h"
#include "inference/random_weights.h"
#include "inference/safetensors.h"
#include "inference/safetensors_writer.h"
#include "inference/weights.h"
#include "tests/support/fixtures.h"
#include "tests/support/host_backend.h"
#include "tests/support/hugging_face_model.h"
#include "tests/support/limited_child.h"
#include "tests/support/model_files.h"

using namespace sidewinder;
using namespace sidewinder::inference;
using test::fault_of;
using test::write_file;
namespace fs = std::filesystem;

namespace {

const Config kTiny = named_config("g1", 1);

}  // namespace

class TestModelFolder : public QObject {
    Q_OBJECT
  private slots:
    void init() {
        fs::remove_all(path());
        write_random_model(path(), kTiny);
    }

    void opensTheGoldens() {
        const fs::path goldens = sidewinder::test::fixtures() / "goldens";
        if (!fs::exists(goldens)) QSKIP("the fixtures are not here");
        for (const char* name : {"tiny", "g8h2", "g1"}) {
            const ModelFolder model = ModelFolder::open(goldens / name);
            QCOMPARE(model.name, std::string(name));
            QVERIFY(model.layout == ModelFolder::Layout::Mistral);
            QVERIFY(model.tokenizer.empty());
            QCOMPARE(model.content_hash.size(), std::size_t{32});
            QCOMPARE(model.config.dims.headdim, std::int64_t{64});
            QCOMPARE(model.config.dims.d_state, std::int64_t{128});
        }
    }

    void opensBothLayouts() {
        const std::string expected = first_layer(ModelFolder::open(path()));
        for (const std::size_t shards : {1, 2, 3}) {
            const fs::path folder = temporary_ / ("hf" + std::to_string(shards));
            test::write_hugging_face(kTiny, folder, shards);
            const ModelFolder model = ModelFolder::open(folder);
            QVERIFY(model.layout == ModelFolder::Layout::HuggingFace);
            QVERIFY(first_layer(model) == expected);
        }
        // The layout of files does not enter the fingerprint.
        QCOMPARE(ModelFolder::open(temporary_ / "hf1").content_hash,
                 ModelFolder::open(temporary_ / "hf3").content_hash);
        // With both layouts in one folder, Mistral's comes first.
        write_file(path() / "config.json", "{}");
        QVERIFY(ModelFolder::open(path()).layout == ModelFolder::Layout::Mistral);
    }

    void fingerprintSeesEveryTensor() {
        const std::string before = ModelFolder::open(path()).content_hash;
        QCOMPARE(ModelFolder::open(path()).content_hash, before);
        const SafetensorsFile file = SafetensorsFile::open(path() / "consolidated.safetensors");
        const std::string good = test::read_file(path() / "consolidated.safetensors");
        std::size_t at = good.size();
        for (auto tensor = file.tensors().rbegin(); tensor != file.tensors().rend(); ++tensor) {
            at -= tensor->bytes;
            std::string changed = good;
            changed[at + tensor->bytes / 2] ^= 1;
            write_file(path() / "consolidated.safetensors", changed);
            QVERIFY2(ModelFolder::open(path()).content_hash != before, tensor->name.c_str());
        }
    }

    void findsTheTokenizer() {
        QVERIFY(ModelFolder::open(path()).tokenizer.empty());
        write_file(path() / "tokenizer.model", "x");
        QCOMPARE(ModelFolder::open(path()).tokenizer, path() / "tokenizer.model");
        write_file(path() / "tokenizer.model.v3", "x");
        QCOMPARE(ModelFolder::open(path()).tokenizer, path() / "tokenizer.model.v3");
        fs::remove(path() / "tokenizer.model.v3");
        fs::create_symlink("/etc/passwd", path() / "tokenizer.model.v3");
        QCOMPARE(refusal(), std::optional(Fault::BadName));
    }

    void namesWhatIsMissing() {
        std::string message;
        QCOMPARE(fault_of([&] { ModelFolder::open(temporary_ / "nothing"); }, &message),
                 std::optional(Fault::MissingFile));
        QVERIFY(message.find("nothing") != std::string::npos);
        QCOMPARE(fault_of([&] { ModelFolder::open(path() / "params.json"); }, &message),
                 std::optional(Fault::Io));
        QVERIFY(message.find("Choose the folder") != std::string::npos);
        fs::remove(path() / "consolidated.safetensors");
        QCOMPARE(refusal(&message), std::optional(Fault::MissingFile));
        QVERIFY2(message.find("no consolidated.safetensors") != std::string::npos, message.c_str());
        fs::remove(path() / "params.json");
        QCOMPARE(refusal(&message), std::optional(Fault::MissingFile));
        QVERIFY2(message.find("neither params.json nor config.json") != std::string::npos, message.c_str());
        write_file(path() / "config.json", "{}");
        QCOMPARE(refusal(&message), std::optional(Fault::MissingFile));
        QVERIFY2(message.find("model.safetensors.index.json") != std::string::npos, message.c_str());
    }

    void configurationAndWeightsMustFit_data() {
        QTest::addColumn<QByteArray>("params");
        QTest::addColumn<int>("fault");
        const auto row = [](const char* name, const std::string& params, Fault fault) {
            QTest::newRow(name) << QByteArray::fromStdString(params) << static_cast<int>(fault);
        };
        row("one more layer", params_json(256, 2, 512, 1), Fault::MissingTensor);
        row("256 layers", params_json(256, 256, 512, 1), Fault::MissingTensor);
        row("P64 no layer", params_json(256, 0, 512, 1), Fault::BadConfig);
        row("P64 2^31 layers", params_json(256, 2147483648, 512, 1), Fault::BadConfig);
        row("another width", params_json(512, 1, 512, 1), Fault::WrongShape);
        row("another vocabulary", params_json(256, 1, 1024, 1), Fault::WrongShape);
        row("P66 groups that do not divide", params_json(256, 1, 512, 3), Fault::WrongShape);
        row("two groups are a state of 64", params_json(256, 1, 512, 2), Fault::Io);
        row("tied, so the head is a copy", params_json(256, 1, 512, 1, true), Fault::Io);
        row("P70 transformer", "{\"model_type\": \"transformer\"}", Fault::UnknownModel);
        row("no JSON", "dim = 256", Fault::NotJson);
    }

    void configurationAndWeightsMustFit() {
        QFETCH(QByteArray, params);
        QFETCH(int, fault);
        write_file(path() / "params.json", params.toStdString());
        std::string message;
        const auto thrown = refusal(&message);
        const bool accepted = fault == static_cast<int>(Fault::Io);  // the two rows that are possible models
        QVERIFY2(thrown.has_value() != accepted, message.c_str());
        if (thrown) QVERIFY2(static_cast<int>(*thrown) == fault, message.c_str());
    }

    void whatIsNoRegularFileIsRefusedAtOnce() {
        for (const char* name : {"params.json", "consolidated.safetensors", "tokenizer.model"}) {
            init();
            fs::remove(path() / name);
            QCOMPARE(::mkfifo((path() / name).c_str(), 0600), 0);
            const test::ChildResult fifo =
                test::run_limited({}, [&] { ModelFolder::open(path()); });  // must not wait
            QVERIFY(fifo.fault == Fault::Io);
            fs::remove(path() / name);
            fs::create_directory(path() / name);
            QCOMPARE(refusal(), std::optional(Fault::Io));
            fs::remove(path() / name);
            fs::create_symlink("/dev/zero", path() / name);
            QVERIFY(refusal() == Fault::BadName);
        }
    }

    void emptySparseAndUnreadableFilesAreRefused() {
        const fs::path weights = path() / "consolidated.safetensors";
        fs::resize_file(weights, 0);
        QCOMPARE(refusal(), std::optional(Fault::HeaderTooSmall));
        std::error_code ignored;
        fs::resize_file(weights, std::uintmax_t{20} << 30, ignored);  // 20 GB without a byte on the disk
        const test::ChildResult sparse = test::run_limited({}, [&] { ModelFolder::open(path()); });
        QVERIFY(sparse.fault == Fault::NotJson || sparse.fault == Fault::HeaderTooSmall);
        init();
        QCOMPARE(::chmod(weights.c_str(), 0), 0);
        QCOMPARE(::chmod(temporary_.path().c_str(), 0755), 0);
        test::ChildLimits nobody;
        nobody.user = 65534;
        QVERIFY(test::run_limited(nobody, [&] { ModelFolder::open(path()); }).fault == Fault::Io);
    }

    void opensASnapshotOfAHuggingFaceCache() {
        const fs::path repository = temporary_ / "models--mistralai--Mamba-Codestral-7B-v0.1";
        const fs::path snapshot = repository / "snapshots" / "650045d676b7278b9ac87f71e17daabd8ee2dcf8";
        fs::create_directories(snapshot);
        fs::create_directories(repository / "blobs");
        fs::rename(path() / "params.json", repository / "blobs" / "aaaa");
        fs::rename(path() / "consolidated.safetensors", repository / "blobs" / "bbbb");
        fs::create_symlink("../../blobs/aaaa", snapshot / "params.json");
        fs::create_symlink("../../blobs/bbbb", snapshot / "consolidated.safetensors");
        const ModelFolder model = ModelFolder::open(snapshot);
        QCOMPARE(model.name, std::string("Mamba-Codestral-7B-v0.1"));
        // The same links beside another kind of folder leave it.
        const fs::path elsewhere = temporary_ / "x" / "y" / "z";
        fs::create_directories(elsewhere);
        fs::create_directories(temporary_ / "x" / "blobs");
        fs::copy_file(repository / "blobs" / "aaaa", temporary_ / "x" / "blobs" / "aaaa");
        fs::create_symlink("../../blobs/aaaa", elsewhere / "params.json");
        write_file(elsewhere / "consolidated.safetensors", "");
        QCOMPARE(fault_of([&] { ModelFolder::open(elsewhere); }), std::optional(Fault::BadName));
        // And so does a link to elsewhere in a snapshot, or a blob that is itself a link.
        fs::remove(snapshot / "params.json");
        for (const char* target :
             {"../../../aaaa", "../../blobs/../../aaaa", "/etc/passwd", "../../blobs/", "../.."}) {
            fs::create_symlink(target, snapshot / "params.json");
            QCOMPARE(fault_of([&] { ModelFolder::open(snapshot); }), std::optional(Fault::BadName));
            fs::remove(snapshot / "params.json");
        }
        fs::create_symlink("/etc/passwd", repository / "blobs" / "cccc");
        fs::create_symlink("../../blobs/cccc", snapshot / "params.json");
        QCOMPARE(fault_of([&] { ModelFolder::open(snapshot); }), std::optional(Fault::Io));
        fs::remove_all(repository);
    }

    void aFileThatChangesWhileItIsReadIsRefused_data() {
        QTest::addColumn<int>("change");
        QTest::newRow("truncated") << 0;
        QTest::newRow("overwritten") << 1;
        QTest::newRow("deleted") << 2;
        QTest::newRow("replaced") << 3;
        QTest::newRow("extended") << 4;
    }

    void aFileThatChangesWhileItIsReadIsRefused() {
        QFETCH(int, change);
        const fs::path weights = path() / "consolidated.safetensors";
        const std::string bytes = test::read_file(weights);
        std::this_thread::sleep_for(std::chrono::milliseconds(20));  // past the file system's clock tick
        const ModelFolder model = ModelFolder::open(path());
        std::atomic<bool> done = false;
        const auto change_file = [&] {
            if (change == 0) fs::resize_file(weights, 5000);
            if (change == 1) write_file(weights, bytes);
            if (change == 2) fs::remove(weights);
            if (change == 3) {
                write_file(temporary_ / "new", bytes);
                fs::rename(temporary_ / "new", weights);
            }
            if (change == 4) write_file(weights, bytes + "x");
        };
        const auto at_first_block = [&](Weights::Progress) {
            if (!done.exchange(true)) std::jthread(change_file).join();
        };
        test::HostBackend backend;
        QCOMPARE(fault_of([&] { Weights::load(*model.tensors, model.config, {}, backend, at_first_block); }),
                 std::optional(Fault::Changed));
        QCOMPARE(backend.held, std::size_t{0});
    }

    void writerLeavesTheWholeFileOrNone() {
        const fs::path target = temporary_ / "out.safetensors";
        const std::vector<TensorInfo> tensors = {
            {"a", DType::F32, {2, 2}, 0}, {"b", DType::I32, {}, 0}, {"c", DType::U8, {0}, 0}};
        const float values[] = {1, 2, 3, 4};
        const std::int32_t number = -7;
        {
            SafetensorsWriter writer(target, tensors, {{"key", "value \"quoted\""}});
            writer.write(1, 0, std::as_bytes(std::span(&number, 1)));
            writer.write(0, 8, std::as_bytes(std::span(values)).subspan(8));
            QCOMPARE(fault_of([&] { writer.finish(); }), std::optional(Fault::SizeMismatch));
            QCOMPARE(fault_of([&] { writer.write(0, 12, std::as_bytes(std::span(values)).first(8)); }),
                     std::optional(Fault::SizeMismatch));
            writer.write(0, 0, std::as_bytes(std::span(values)).first(8));
            QVERIFY(!fs::exists(target));
            writer.finish();
        }
        const SafetensorsFile file = SafetensorsFile::open(target);
        QCOMPARE(file.metadata().at("key"), std::string("value \"quoted\""));
        float back[4];
        file.read("a", 0, std::as_writable_bytes(std::span(back)));
        QVERIFY(std::equal(back, back + 4, values));
        QCOMPARE(file.find("c")->bytes, std::uint64_t{0});
        fs::remove(target);
        { const SafetensorsWriter abandoned(target, tensors, {}); }
        for (const auto& entry : fs::directory_iterator(temporary_.path()))
            QVERIFY(!entry.path().filename().string().starts_with("out."));
        QCOMPARE(fault_of([&] { SafetensorsWriter(temporary_ / "no/such/folder/x", tensors, {}); }),
                 std::optional(Fault::Io));
        // A file that may not grow is a full disk.
        const test::ChildResult full = test::run_limited({}, [&] {
            const rlimit small{64, 64};
            ::signal(SIGXFSZ, SIG_IGN);
            ::setrlimit(RLIMIT_FSIZE, &small);
            const SafetensorsWriter writer(target, tensors, {});
        });
        QVERIFY(full.fault == Fault::Io);
        QVERIFY(!fs::exists(target));
    }

  private:
    fs::path path() const { return temporary_ / "model"; }
    std::optional<Fault> refusal(std::string* message = nullptr) {
        return fault_of([&] { ModelFolder::open(path()); }, message);
    }
    static std::string first_layer(const ModelFolder& model) {
        test::HostBackend backend;
        const Weights weights = Weights::load(*model.tensors, model.config, {}, backend);
        const kernels::WeightView& view = weights.layer(0).in_proj;
        const kernels::WeightView& head = weights.embedding();
        return std::string(static_cast<const char*>(view.data), view.layout.data_bytes()) +
               std::string(static_cast<const char*>(head.data), head.layout.data_bytes());
    }

    test::TemporaryFolder temporary_;
};

QTEST_APPLESS_MAIN(TestModelFolder)
#include "test_model_folder.moc"
