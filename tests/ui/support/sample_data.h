#pragma once

#include <QString>

#include "ui/values.h"

namespace sidewinder::test {

/// An answer with every kind of block.
inline QString richAnswer() {
    return QStringLiteral(
        R"(A binary search halves the range until it is empty. With `std::span` the caller keeps ownership:

```cpp
#include <optional>
#include <span>

std::optional<std::size_t> find(std::span<const int> sorted, int wanted) {
    std::size_t low = 0;
    std::size_t high = sorted.size();
    while (low < high) {
        const std::size_t middle = low + (high - low) / 2;  // never overflows, unlike (low + high) / 2
        if (sorted[middle] < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == sorted.size() || sorted[low] != wanted) return std::nullopt;
    return low;
}
```

## Why it is right

1. Everything before `low` is **smaller** than the wanted value.
2. Everything from `high` on is *not smaller*.
3. The distance shrinks with every round:
   - by at least one,
   - usually by half.

> The invariant holds before the first round, since both ranges are empty.

| Size | Rounds at most | Time |
| --- | ---: | :---: |
| 1,000 | 10 | 12 ns |
| 1,000,000 | 20 | 41 ns |
| 1,000,000,000 | 30 | 180 ns |

---

See [the library's own version](https://en.cppreference.com/w/cpp/algorithm/lower_bound) for iterators.)");
}

/// `lines` lines, as a model that does not stop would write them: prose, lists and code by turns.
inline ui::AboutView sampleAbout() {
    ui::AboutView view;
    view.version = QStringLiteral("0.1.0");
    view.licence = QStringLiteral("Apache-2.0");
    view.network =
        QStringLiteral("This window cannot open network connections: the kernel refuses them (seccomp).");
    view.networkRefused = true;
    constexpr std::pair<const char*, const char*> libraries[]{{"Qt", "LGPL-3.0"},
                                                              {"sentencepiece", "Apache-2.0"},
                                                              {"SQLite", "public domain"},
                                                              {"SQLiteCpp", "MIT"},
                                                              {"MD4C", "MIT"},
                                                              {"Highway", "Apache-2.0"},
                                                              {"JSON for Modern C++", "MIT"},
                                                              {"xxHash", "BSD-2-Clause"},
                                                              {"OpenSSL (libcrypto)", "Apache-2.0"},
                                                              {"libseccomp", "LGPL-2.1"}};
    for (const auto& [name, licence] : libraries)
        view.libraries.append({QString::fromLatin1(name), QString::fromLatin1(licence)});
    view.otherPrograms = {{QStringLiteral("CLI11"), QStringLiteral("BSD-3-Clause")},
                          {QStringLiteral("curl"), QStringLiteral("curl")}};
    return view;
}

inline QString longAnswer(int lines) {
    QString out;
    out.reserve(lines * 60);
    for (int i = 0; i < lines;) {
        out +=
            QStringLiteral(
                "## Part %1\n\nThis paragraph explains **part %1** with `some_code(%1)` and a few more words "
                "so that it wraps at least once in a narrow window.\n\n- first of %1\n- second of %1\n\n")
                .arg(i);
        out += QStringLiteral("```python\n");
        for (int k = 0; k < 40; ++k)
            out += QStringLiteral("value_%1 = compute(%1, %2)  # line\n").arg(k).arg(i);
        out += QStringLiteral("```\n\n");
        i += 50;
    }
    return out;
}

inline QString longCode(int lines) {
    QString out = QStringLiteral("All of it:\n\n```cpp\n");
    for (int i = 0; i < lines; ++i)
        out += QStringLiteral("    values[%1] = transform(values[%1], %2);\n").arg(i).arg(i * 7);
    return out + QStringLiteral("```\n");
}

}  // namespace sidewinder::test
