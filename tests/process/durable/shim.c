/* Stands between a test program and the C library (LD_PRELOAD). It looks at the calls on files of
 * one folder alone: counts them, makes one of them fail, or writes down those that change a disk.
 *
 *   SHIM_FOLDER   the folder
 *   SHIM_COUNT    file that gets the number of calls at the end
 *   SHIM_AT       number of the call, from 1, that fails as SHIM_MODE says:
 *                 full     fails once: no space is left; if it needs none, an error of the device
 *                 broken   fails, and all after it but locks, with an error of the device
 *                 short    writes one half and says so
 *                 torn     writes one half, and the process ends
 *                 before   the process ends before the call
 *                 after    the process ends after the call
 *                 lie      does nothing and says that it did; for writes alone
 *   SHIM_TRACE    file that gets the changes
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

enum mode { NONE, FULL, BROKEN, SHORT, TORN, BEFORE, AFTER, LIE };
enum verdict { GO, FAIL, HALF, HALF_AND_END, END_AFTER, PRETEND };

#define FILES 4096
#define ENDED 77

static const char *folder;
static size_t folder_length;
static const char *count_file;
static enum mode mode;
static long at, count;
static int trace = -1;
static char ours[FILES];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* The function that would have been called without this one. */
#define REAL(name, result, ...)                                  \
    static result (*real)(__VA_ARGS__);                          \
    if (!real)                                                   \
        real = (result(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

static ssize_t real_write(int fd, const void *bytes, size_t length) {
    REAL("write", ssize_t, int, const void *, size_t);
    return real(fd, bytes, length);
}

static int real_open(const char *path, int flags) {
    REAL("open64", int, const char *, int, ...);
    return real(path, flags, 0600);
}

static void write_count(void) {
    char text[32];
    int fd, length;
    if (!count_file)
        return;
    fd = real_open(count_file, O_WRONLY | O_CREAT | O_TRUNC);
    length = snprintf(text, sizeof text, "%ld", count);
    real_write(fd, text, (size_t)length);
}

__attribute__((constructor)) static void begin(void) {
    static const char *names[] = {"",      "full",   "broken", "short",
                                  "torn",  "before", "after",  "lie"};
    const char *text = getenv("SHIM_MODE");
    folder = getenv("SHIM_FOLDER");
    folder_length = folder ? strlen(folder) : 0;
    count_file = getenv("SHIM_COUNT");
    for (int n = 1; text && n < 8; n++)
        if (!strcmp(text, names[n]))
            mode = (enum mode)n;
    text = getenv("SHIM_AT");
    at = text ? atol(text) : 0;
    text = getenv("SHIM_TRACE");
    if (text)
        trace = real_open(text, O_WRONLY | O_CREAT | O_APPEND);
}

__attribute__((destructor)) static void end(void) { write_count(); }

static void stop(void) {
    write_count();
    _exit(ENDED);
}

static int is_ours(int fd) { return fd >= 0 && fd < FILES && ours[fd]; }

/* The name of a file below the folder, or NULL. */
static const char *name_of(const char *path) {
    if (!folder || !path || strncmp(path, folder, folder_length) || path[folder_length] != '/')
        return NULL;
    return path + folder_length + 1;
}

static int in_folder(const char *path) {
    return folder && path && !strncmp(path, folder, folder_length) &&
           (path[folder_length] == '/' || !path[folder_length]);
}

/* What a call does to the disk. */
enum kind { READS, CHANGES, WRITES, LOCKS };

/* Counts a call and says how it goes. */
static enum verdict judge(enum kind kind) {
    long number = __atomic_add_fetch(&count, 1, __ATOMIC_SEQ_CST);
    if (mode == NONE || !at || number < at || (number > at && mode != BROKEN))
        return GO;
    switch (mode) {
    case FULL:
        errno = kind == CHANGES || kind == WRITES ? ENOSPC : EIO;
        return FAIL;
    case BROKEN:
        if (kind == LOCKS)
            return GO;
        errno = EIO;
        return FAIL;
    case SHORT:
        return kind == WRITES ? HALF : GO;
    case TORN:
        if (kind == WRITES)
            return HALF_AND_END;
        stop();
        return GO;
    case BEFORE:
        stop();
        return GO;
    case AFTER:
        return END_AFTER;
    case LIE:
        return kind == WRITES ? PRETEND : GO;
    default:
        return GO;
    }
}

#define JUDGE(kind, refused)                      \
    enum verdict verdict = judge(kind);           \
    if (verdict == FAIL)                          \
    return refused
#define DONE(result)                              \
    do {                                          \
        if (verdict == END_AFTER)                 \
            stop();                               \
        return result;                            \
    } while (0)

/* Writes a change down, whole and in its order. */
static void note(const char *head, const void *bytes, size_t length) {
    real_write(trace, head, strlen(head));
    if (length)
        real_write(trace, bytes, length);
}

static unsigned long long inode(int fd) {
    struct stat found;
    REAL("fstat64", int, int, struct stat *);
    real(fd, &found);
    return found.st_ino;
}

static int is_folder(int fd) {
    struct stat found;
    REAL("fstat64", int, int, struct stat *);
    return !real(fd, &found) && S_ISDIR(found.st_mode);
}

#define TRACED(call, ...)                         \
    do {                                          \
        if (trace >= 0) {                         \
            char head[512];                       \
            pthread_mutex_lock(&lock);            \
            call;                                 \
            if (result >= 0) {                    \
                int kept = errno;                 \
                __VA_ARGS__;                      \
                errno = kept;                     \
            }                                     \
            pthread_mutex_unlock(&lock);          \
        } else {                                  \
            call;                                 \
        }                                         \
    } while (0)

/* Without opening it: to close it again would give up all locks of this process on the file. */
static int exists(const char *path) {
    struct stat found;
    REAL("lstat64", int, const char *, struct stat *);
    return !real(path, &found);
}

static int opened(const char *path, int flags, mode_t bits) {
    int result, is_new;
    REAL("open64", int, const char *, int, ...);
    if (!in_folder(path))
        return real(path, flags, bits);
    JUDGE(flags & O_CREAT ? CHANGES : READS, -1);
    is_new = (flags & O_CREAT) && !exists(path);
    TRACED(result = real(path, flags, bits), if (is_new && name_of(path)) {
        snprintf(head, sizeof head, "C %llu %s\n", inode(result), name_of(path));
        note(head, NULL, 0);
    });
    if (result >= 0 && result < FILES)
        ours[result] = 1;
    DONE(result);
}

#define OPEN_BITS                                 \
    mode_t bits = 0;                              \
    if (flags & O_CREAT) {                        \
        va_list more;                             \
        va_start(more, flags);                    \
        bits = va_arg(more, mode_t);              \
        va_end(more);                             \
    }

int open(const char *path, int flags, ...) {
    OPEN_BITS
    return opened(path, flags, bits);
}

int open64(const char *path, int flags, ...) {
    OPEN_BITS
    return opened(path, flags, bits);
}

int close(int fd) {
    REAL("close", int, int);
    if (fd >= 0 && fd < FILES)
        ours[fd] = 0;
    return real(fd);
}

ssize_t read(int fd, void *bytes, size_t length) {
    ssize_t result;
    REAL("read", ssize_t, int, void *, size_t);
    if (!is_ours(fd))
        return real(fd, bytes, length);
    JUDGE(READS, -1);
    result = real(fd, bytes, length);
    DONE(result);
}

ssize_t pread64(int fd, void *bytes, size_t length, off64_t from) {
    ssize_t result;
    REAL("pread64", ssize_t, int, void *, size_t, off64_t);
    if (!is_ours(fd))
        return real(fd, bytes, length, from);
    JUDGE(READS, -1);
    result = real(fd, bytes, length, from);
    DONE(result);
}

static int shortened(enum verdict verdict, size_t *length) {
    if (verdict == HALF || verdict == HALF_AND_END)
        *length /= 2;
    return *length > 0;
}

ssize_t write(int fd, const void *bytes, size_t length) {
    ssize_t result = 0;
    REAL("write", ssize_t, int, const void *, size_t);
    if (!is_ours(fd))
        return real(fd, bytes, length);
    JUDGE(WRITES, -1);
    if (verdict == PRETEND)
        return (ssize_t)length;
    if (shortened(verdict, &length))
        TRACED(result = real(fd, bytes, length), {
            snprintf(head, sizeof head, "W %llu %lld %zd\n", inode(fd),
                     (long long)(lseek64(fd, 0, SEEK_CUR) - result), result);
            note(head, bytes, (size_t)result);
        });
    if (verdict == HALF_AND_END)
        stop();
    DONE(result);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t to) {
    ssize_t result = 0;
    REAL("pwrite64", ssize_t, int, const void *, size_t, off64_t);
    if (!is_ours(fd))
        return real(fd, bytes, length, to);
    JUDGE(WRITES, -1);
    if (verdict == PRETEND)
        return (ssize_t)length;
    if (shortened(verdict, &length))
        TRACED(result = real(fd, bytes, length, to), {
            snprintf(head, sizeof head, "W %llu %lld %zd\n", inode(fd), (long long)to, result);
            note(head, bytes, (size_t)result);
        });
    if (verdict == HALF_AND_END)
        stop();
    DONE(result);
}

int ftruncate64(int fd, off64_t length) {
    int result;
    REAL("ftruncate64", int, int, off64_t);
    if (!is_ours(fd))
        return real(fd, length);
    JUDGE(CHANGES, -1);
    TRACED(result = real(fd, length), {
        snprintf(head, sizeof head, "T %llu %lld\n", inode(fd), (long long)length);
        note(head, NULL, 0);
    });
    DONE(result);
}

static int synced(const char *name, int fd) {
    int result;
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    if (!is_ours(fd))
        return real(fd);
    JUDGE(READS, -1);
    TRACED(result = real(fd), {
        if (is_folder(fd))
            snprintf(head, sizeof head, "D\n");
        else
            snprintf(head, sizeof head, "S %llu\n", inode(fd));
        note(head, NULL, 0);
    });
    DONE(result);
}

int fsync(int fd) { return synced("fsync", fd); }

int fdatasync(int fd) { return synced("fdatasync", fd); }

int unlink(const char *path) {
    int result;
    REAL("unlink", int, const char *);
    if (!name_of(path))
        return real(path);
    JUDGE(READS, -1);
    TRACED(result = real(path), {
        snprintf(head, sizeof head, "U %s\n", name_of(path));
        note(head, NULL, 0);
    });
    DONE(result);
}

int linkat(int from, const char *old, int to, const char *new, int flags) {
    int result;
    REAL("linkat", int, int, const char *, int, const char *, int);
    if (!name_of(old) || !name_of(new))
        return real(from, old, to, new, flags);
    JUDGE(CHANGES, -1);
    TRACED(result = real(from, old, to, new, flags), {
        snprintf(head, sizeof head, "L %s %s\n", name_of(old), name_of(new));
        note(head, NULL, 0);
    });
    DONE(result);
}

int rename(const char *old, const char *new) {
    int result;
    REAL("rename", int, const char *, const char *);
    if (!name_of(old) || !name_of(new))
        return real(old, new);
    JUDGE(CHANGES, -1);
    TRACED(result = real(old, new), {
        snprintf(head, sizeof head, "R %s %s\n", name_of(old), name_of(new));
        note(head, NULL, 0);
    });
    DONE(result);
}

/* Locks, flags and the like: the last argument is a number or a pointer, passed on as it is. */
static int controlled(int fd, int command, void *more) {
    int result;
    REAL("fcntl64", int, int, int, ...);
    if (!is_ours(fd))
        return real(fd, command, more);
    JUDGE(LOCKS, -1);
    result = real(fd, command, more);
    DONE(result);
}

#define CONTROL                                   \
    va_list list;                                 \
    void *more;                                   \
    va_start(list, command);                      \
    more = va_arg(list, void *);                  \
    va_end(list);                                 \
    return controlled(fd, command, more)

int fcntl(int fd, int command, ...) { CONTROL; }

int fcntl64(int fd, int command, ...) { CONTROL; }

void *mmap64(void *where, size_t length, int access, int flags, int fd, off64_t from) {
    void *result;
    REAL("mmap64", void *, void *, size_t, int, int, int, off64_t);
    if (!is_ours(fd))
        return real(where, length, access, flags, fd, from);
    JUDGE(READS, MAP_FAILED);
    result = real(where, length, access, flags, fd, from);
    DONE(result);
}

int fstat64(int fd, struct stat64 *found) {
    int result;
    REAL("fstat64", int, int, struct stat64 *);
    if (!is_ours(fd))
        return real(fd, found);
    JUDGE(READS, -1);
    result = real(fd, found);
    DONE(result);
}

#define LOOKED_AT(function)                                    \
    int function(const char *path, struct stat64 *found) {     \
        int result;                                            \
        REAL(#function, int, const char *, struct stat64 *);   \
        if (!in_folder(path))                                  \
            return real(path, found);                          \
        JUDGE(READS, -1);                                          \
        result = real(path, found);                            \
        DONE(result);                                          \
    }

LOOKED_AT(stat64)
LOOKED_AT(lstat64)

int statx(int from, const char *path, int flags, unsigned mask, struct statx *found) {
    int result;
    REAL("statx", int, int, const char *, int, unsigned, struct statx *);
    if (!in_folder(path) && !is_ours(from))
        return real(from, path, flags, mask, found);
    JUDGE(READS, -1);
    result = real(from, path, flags, mask, found);
    DONE(result);
}

int access(const char *path, int how) {
    int result;
    REAL("access", int, const char *, int);
    if (!in_folder(path))
        return real(path, how);
    JUDGE(READS, -1);
    result = real(path, how);
    DONE(result);
}

int fchmod(int fd, mode_t bits) {
    int result;
    REAL("fchmod", int, int, mode_t);
    if (!is_ours(fd))
        return real(fd, bits);
    JUDGE(READS, -1);
    result = real(fd, bits);
    DONE(result);
}

/* Random bytes count as well, once the folder is in use; but not those of the standard library of
 * Rust for its maps, which are asked for with the flag GRND_INSECURE. */
ssize_t getrandom(void *bytes, size_t length, unsigned flags) {
    ssize_t result;
    REAL("getrandom", ssize_t, void *, size_t, unsigned);
    if (!folder || !count || flags & 4)
        return real(bytes, length, flags);
    JUDGE(READS, -1);
    result = real(bytes, length, flags);
    DONE(result);
}
