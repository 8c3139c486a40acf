#include "app/cli/print_answer.h"

#include <unistd.h>

#include <iostream>
#include <string>

namespace sidewinder::cli {

void print_answer(std::string_view text) {
    if (isatty(STDOUT_FILENO) == 0) {
        std::cout << text << std::flush;
        return;
    }
    std::string shown;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const bool c1 = byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
        if (c1) {
            ++i;  // U+0080 to U+009F: some terminals obey them
        } else if (byte == '\n' || byte == '\t' || (byte >= 0x20 && byte != 0x7F)) {
            shown += text[i];
        }
    }
    std::cout << shown << std::flush;
}

}  // namespace sidewinder::cli
