#pragma once

#include <string_view>

/// How sidewinder-fetch talks to whoever started it. The window and the terminal program parse this; neither
/// links a network library. Each line is one JSON object in UTF-8. Unknown events and keys are to be passed
/// over.
///
/// Standard output, one event a line:
///   {"event":"state","state":S,"file":F}        S: "listing", "downloading", "paused", "verifying",
///   "publishing";
///                                               F: a file's name, "" where it is about all
///   {"event":"files","commit":40 hex digits,"bytes":sum,"files":[{"name":F,"size":N}]}
///                                               what will be fetched, smallest first; once
///   {"event":"progress","state":"downloading"|"verifying","file":F,"bytes":N,"size":N,
///    "total_bytes":N,"total_size":N,"rate":bytes per second,"seconds_left":N}
///                                               at most five a second; while verifying, bytes are those
///                                               hashed and the totals stay; rate over the last seconds;
///                                               seconds_left is absent while the rate is 0
///   {"event":"retry","file":F,"wait_ms":N,"tries":N,"message":sentence}
///                                               a try failed, the next one follows after the wait
///   {"event":"note","file":F,"message":sentence}     e.g. a file changed at the hub and starts over
///   {"event":"verified","file":F,"size":N,"sha256":64 hex digits}
///   {"event":"token","where":W,"message":sentence}   the last line of `sidewinder-fetch token …` and
///                                               `proxy …`; W:
///   "keyring",
///                                               "file", a variable's name or a path; "" for none
///   {"event":"done","folder":path,"commit":…,"manifest":path,"bytes":sum}     the last line of a good end
///   {"event":"error","fault":name,"code":exit code,"resumable":bool,"message":sentence}
///                                               the last line of any other end; the names and codes are
///                                               those of storage/download/fault.h
///
/// Standard input, one command a line, of at most 8 KiB:
///   {"command":"secrets","token":T,"proxy":P}    before all others, and only if the argument --secrets is
///                                               given, which waits for it for ten seconds. Both keys may be
///                                               missing. What must not be seen in a list of processes comes
///                                               here and on no other way: not in an argument, a variable or
///                                               a further descriptor. Wiped once read
///   {"command":"pause"}    requests end, what is there is saved; answered by state "paused"
///   {"command":"resume"}   goes on
///   {"command":"cancel"}   ends with fault "cancelled"; with "remove":true what is on the way is removed as
///   well
/// If standard input is a pipe or a socket, its end means that the parent died or wants no more: the program
/// ends with fault "stopped" and keeps the parts, as it does on SIGTERM, SIGINT and SIGHUP.
///
/// No line of the output ever holds a token, a proxy's password or the query of an address.
namespace sidewinder::fetch::protocol {

inline constexpr std::string_view kState = "state", kFiles = "files", kProgress = "progress",
                                  kRetry = "retry", kNote = "note", kVerified = "verified", kDone = "done",
                                  kError = "error", kToken = "token";
inline constexpr std::string_view kPause = "pause", kResume = "resume", kCancel = "cancel",
                                  kSecrets = "secrets";

}  // namespace sidewinder::fetch::protocol
