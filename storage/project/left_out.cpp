#include "storage/project/left_out.h"

namespace sidewinder::project {

bool may_be_ticked_in(LeftOut reason) {
    return reason == LeftOut::Ignored || reason == LeftOut::TooLarge || reason == LeftOut::Generated ||
           reason == LeftOut::Secret;
}

std::string sentence_of(LeftOut reason, const std::string& detail) {
    const std::string exact = detail.empty() ? "." : ": " + detail + ".";
    switch (reason) {
        case LeftOut::None:
            return {};
        case LeftOut::Ignored:
            return detail.empty() ? "An ignore rule names it." : "An ignore rule of " + detail + " names it.";
        case LeftOut::GitData:
            return "It belongs to git itself.";
        case LeftOut::Link:
            return "It is a symbolic link, which is never followed.";
        case LeftOut::Special:
            return "It is no file but a pipe, a socket or a device.";
        case LeftOut::OtherDisk:
            return "Another file system is mounted here. Open it as a project of its own to read it.";
        case LeftOut::Loop:
            return "The folder contains itself.";
        case LeftOut::TooDeep:
            return "It lies too deep" + exact;
        case LeftOut::TooMany:
            return "The project has too many files" + exact;
        case LeftOut::TooLarge:
            return "It is too large" + exact;
        case LeftOut::Unreadable:
            return "It could not be read" + exact;
        case LeftOut::Vanished:
            return "It was gone when it was to be read.";
        case LeftOut::Changing:
            return "It changed while it was read. Scan again when it rests.";
        case LeftOut::Binary:
            return "It is not text" + exact;
        case LeftOut::Generated:
            return "It seems made by a machine" + exact;
        case LeftOut::Secret:
            return "It may hold a secret" + exact;
    }
    return {};
}

}  // namespace sidewinder::project
