#pragma once

#include "ui/models/model_values.h"

namespace sidewinder::test {

inline ui::ModelFit fit(double need, double free, const char* device) {
    return {.usable = true,
            .fits = need <= free,
            .device = QString::fromLatin1(device),
            .need = static_cast<qint64>(need * 1e9),
            .free = static_cast<qint64>(free * 1e9),
            .reason = QStringLiteral("Not enough memory.")};
}

/// The 7B model's precisions on a machine with so many GB free.
inline QList<ui::ModelPrecision> precisions(double gpu, double cpu) {
    QList<ui::ModelPrecision> all{{.name = QStringLiteral("bf16")},
                                  {.name = QStringLiteral("int8"), .disk = 7'900'000'000},
                                  {.name = QStringLiteral("int4"), .disk = 4'200'000'000}};
    const double need[] = {15.9, 9.2, 5.6};
    for (int i = 0; i < 3; ++i) {
        if (gpu > 0) all[i].gpu = fit(need[i], gpu, "NVIDIA GeForce RTX 4070");
        all[i].cpu = fit(need[i] - 0.6, cpu, "CPU, 8 threads, AVX2");
    }
    return all;
}

inline ui::ModelItem demoModel() {
    return {.id = QStringLiteral("demo"),
            .state = ui::ModelState::BuiltIn,
            .name = QStringLiteral("Demo model"),
            .bytes = 14'900'000,
            .used = QStringLiteral("bf16")};
}

inline ui::ModelItem codestral(ui::ModelState state, double gpu = 11.4, double cpu = 24.8) {
    ui::ModelItem model{.id = QStringLiteral("mistralai--Mamba-Codestral-7B-v0.1@main"),
                        .state = state,
                        .name = QStringLiteral("Mamba-Codestral-7B-v0.1"),
                        .repo = QStringLiteral("mistralai/Mamba-Codestral-7B-v0.1"),
                        .revision = QStringLiteral("main"),
                        .license = QStringLiteral("Apache-2.0"),
                        .files = {{QStringLiteral("params.json"), 234},
                                  {QStringLiteral("tokenizer.model.v3"), 587'591},
                                  {QStringLiteral("consolidated.safetensors"), 14'570'880'000}},
                        .bytes = 14'571'467'825,
                        .diskNeeded = 14'839'903'281,
                        .diskFree = 214'600'000'000};
    if (state != ui::ModelState::Available)
        model.place = QStringLiteral(
            "/home/somebody/.local/share/sidewinder/models/mistralai--Mamba-Codestral-7B-v0.1@main");
    if (state == ui::ModelState::Incomplete) {
        model.bytesThere = 9'100'000'000;
    } else {
        model.precisions = precisions(gpu, cpu);
        for (const ui::ModelPrecision& p : model.precisions)
            if (model.best.isEmpty() && p.fits() && (gpu <= 0 || p.gpu.fits)) model.best = p.name;
    }
    if (state == ui::ModelState::Installed) {
        model.bytesThere = model.bytes;
        model.commit = QStringLiteral("4f2a1b1c7c2d43c6a0f1d2e3b4a5968778695a4b");
        model.diskNeeded = 0;
    }
    return model;
}

inline ui::ModelItem cachedSnapshot() {
    return {
        .id = QStringLiteral("cache:/x"),
        .state = ui::ModelState::Cached,
        .name = QStringLiteral("Mamba-Codestral-7B-v0.1"),
        .repo = QStringLiteral("mistralai/Mamba-Codestral-7B-v0.1"),
        .commit = QStringLiteral("4f2a1b1c7c2d43c6a0f1d2e3b4a5968778695a4b"),
        .license = QStringLiteral("Apache-2.0"),
        .place = QStringLiteral("/home/somebody/.cache/huggingface/hub/models--mistralai--Mamba-Codestral-7B-"
                                "v0.1/snapshots/4f2a1b1c7c2d43c6a0f1d2e3b4a5968778695a4b"),
        .bytes = 14'571'467'825,
        .diskFree = 214'600'000'000};
}

inline ui::ModelItem brokenModel() {
    return {.id = QStringLiteral("local--codestral@import"),
            .state = ui::ModelState::Broken,
            .name = QStringLiteral("codestral"),
            .place = QStringLiteral("/media/stick/codestral"),
            .linked = true,
            .imported = true,
            .reason =
                QStringLiteral("/media/stick/codestral/consolidated.safetensors is missing. Put it back, or "
                               "remove this model and import it again."),
            .bytes = 14'571'467'825};
}

inline ui::ModelCatalog catalogOf(const QList<ui::ModelItem>& models) {
    return {.models = models,
            .folder = QStringLiteral("/home/somebody/.local/share/sidewinder/models"),
            .diskFree = 214'600'000'000,
            .ready = true};
}

inline ui::ModelWork downloadWork(ui::ModelTask task) {
    return {.id = QStringLiteral("mistralai--Mamba-Codestral-7B-v0.1@main"),
            .task = task,
            .what = QStringLiteral("consolidated.safetensors"),
            .bytes = 6'120'000'000,
            .size = 14'571'467'825,
            .rate = 41'700'000,
            .secondsLeft = 203,
            .files = {{QStringLiteral("params.json"), 234, 234, true},
                      {QStringLiteral("tokenizer.model.v3"), 587'591, 587'591, true},
                      {QStringLiteral("consolidated.safetensors"), 6'119'412'175, 14'570'880'000, false}}};
}

}  // namespace sidewinder::test
