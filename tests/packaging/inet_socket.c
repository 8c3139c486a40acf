/* Loaded with LD_PRELOAD: what packaging/netproof.sh must find. Before main, so before the lock, or after it. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

static void* later(void* nothing) {
    while (prctl(PR_GET_SECCOMP) != 2) usleep(1000);
    socket(AF_INET6, SOCK_STREAM, 0);
    return nothing;
}

__attribute__((constructor)) static void open_socket(void) {
    const char* when = getenv("SIDEWINDER_TEST_SOCKET");
    pthread_t thread;
    if (when == NULL) return;
    if (strcmp(when, "before") == 0) socket(AF_INET, SOCK_STREAM, 0);
    if (strcmp(when, "after") == 0) pthread_create(&thread, NULL, later, NULL);
}
