#pragma once

#include <string>
#include <string_view>

namespace sidewinder::project {

/// The language by the file's name, as the word behind a Markdown fence ("cpp", "python", "cmake"); empty if
/// it is not known. Only [a-z0-9+#-].
std::string_view language_of(std::string_view path);

/// What shows that nobody wrote this file by hand, as a part of a sentence ("it is a lock file", "its head
/// says
/// @generated", "its lines have 8,000 bytes on average"); empty if nothing does.
std::string generated_sign(std::string_view path, std::string_view text);

/// What looks like a secret, by the file's name and by its text, as a part of a sentence ("its name is that
/// of a key", "line 3 looks like a GitHub token"); never the secret itself. Empty if nothing does.
std::string secret_name(std::string_view path);
std::string secret_content(std::string_view text);

}  // namespace sidewinder::project
