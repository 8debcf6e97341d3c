/* Stands between a program and its disk (LD_PRELOAD): notes what is written and flushed, and fails where it is told to.
 *
 *   write, ftruncate, rename, fsync … of files below FAULTS_FOLDER  →  records in FAULTS_JOURNAL
 *   FAULTS_CONTROL says which of them fail, and with what error; FAULTS_AMONG: only of paths with these letters
 *
 * A flush is noted and not passed on: what a disk would hold is computed from the journal (tests/src/disk.rs), so the real
 * one need not be waited for. Every process appends to the one journal, each record by one call, so that the records
 * of a server with many processes have one order. A write is noted after it was done and before the caller knows, a
 * flush when it begins and when it ends: what is durable is never more than the program may believe.
 *
 * System calls are made directly, so that nothing has to be looked up. For Linux with 64 bits. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* Which of the counted calls fail; little-endian numbers of 64 bits that the test writes into the file. */
struct control {
  uint64_t seen;  /* how many calls were counted */
  uint64_t first; /* the first that fails; 0 for none */
  uint64_t last;  /* the last that fails */
  uint64_t error; /* with this errno */
  uint64_t pause; /* how long a flush takes, in microseconds */
  uint64_t flush; /* the last flush's number */
};

/* A record: this, then the texts or bytes. */
struct record {
  uint64_t kind, file, a, b, first_length, second_length;
};

enum { FILES = 65536, JOURNAL_FD = 700 };

static char folder[PATH_MAX], among[64];
static size_t folder_length;
static int journal = -1;
static struct control *control;

/* What is known of each open file: its number on the disk where it is watched, and whether it may fail. */
static uint64_t watched[FILES];
static char counted[FILES];

__attribute__((constructor)) static void begin(void) {
  const char *name = getenv("FAULTS_FOLDER"), *path;
  if (!name) return;
  strncpy(folder, name, sizeof folder - 1);
  folder_length = strlen(folder);
  if ((path = getenv("FAULTS_AMONG"))) strncpy(among, path, sizeof among - 1);
  if ((path = getenv("FAULTS_JOURNAL"))) {
    int fd = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_APPEND | O_CREAT, 0666);
    journal = syscall(SYS_fcntl, fd, F_DUPFD_CLOEXEC, JOURNAL_FD);
    syscall(SYS_close, fd);
  }
  if ((path = getenv("FAULTS_CONTROL"))) {
    int fd = syscall(SYS_openat, AT_FDCWD, path, O_RDWR, 0);
    void *shared = mmap(0, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    control = shared == MAP_FAILED ? 0 : shared;
    syscall(SYS_close, fd);
  }
}

/* The path from the folder on ("" for itself); 0 where it lies elsewhere. */
static const char *below(const char *path, char *whole) {
  if (!folder_length || !path) return 0;
  whole[0] = 0;
  if (path[0] != '/') {
    if (syscall(SYS_getcwd, whole, PATH_MAX) < 0) return 0;
    if (!strcmp(path, ".")) path = "";
    while (!strncmp(path, "./", 2)) path += 2;
    if (*path) strncat(whole, "/", PATH_MAX - strlen(whole) - 1);
  }
  strncat(whole, path, PATH_MAX - strlen(whole) - 1);
  size_t length = strlen(whole);
  while (length > 1 && whole[length - 1] == '/') whole[--length] = 0;
  if (strncmp(whole, folder, folder_length)) return 0;
  if (whole[folder_length] && whole[folder_length] != '/') return 0;
  return whole + folder_length + (whole[folder_length] == '/');
}

static void note(char kind, uint64_t file, uint64_t a, uint64_t b, const void *first, size_t first_length, const void *second,
                 size_t second_length) {
  if (journal < 0) return;
  int kept = errno;
  struct record record = {kind, file, a, b, first_length, second_length};
  struct iovec parts[] = {{&record, sizeof record}, {(void *)first, first_length}, {(void *)second, second_length}};
  if (syscall(SYS_writev, journal, parts, 3) != (long)(sizeof record + first_length + second_length)) abort();
  errno = kept;
}

static void note_path(char kind, uint64_t file, const char *first, const char *second) {
  note(kind, file, 0, 0, first, strlen(first), second, second ? strlen(second) : 0);
}

static int is_watched(int fd) { return fd >= 0 && fd < FILES && watched[fd]; }

/* Counts a call on a watched file; true, with errno set, where it is to fail. */
static int fails(int fd) {
  if (!control || !counted[fd]) return 0;
  uint64_t number = __atomic_add_fetch(&control->seen, 1, __ATOMIC_SEQ_CST);
  uint64_t first = __atomic_load_n(&control->first, __ATOMIC_SEQ_CST);
  if (!first || number < first || number > __atomic_load_n(&control->last, __ATOMIC_SEQ_CST)) return 0;
  errno = (int)control->error;
  return 1;
}

static int opened(const char *path, int flags, mode_t mode) {
  char whole[PATH_MAX];
  const char *name = below(path, whole);
  int is_new = name && (flags & O_CREAT) && syscall(SYS_faccessat, AT_FDCWD, path, F_OK) != 0;
  int fd = syscall(SYS_openat, AT_FDCWD, path, flags, mode);
  if (fd < 0 || fd >= FILES) return fd;
  watched[fd] = 0;
  struct stat status;
  if (!name || fstat(fd, &status) != 0) return fd;
  watched[fd] = status.st_ino;
  counted[fd] = strstr(name, among) != 0;
  if (is_new) note_path('C', status.st_ino, name, 0);
  else if ((flags & O_TRUNC) && (flags & O_ACCMODE) != O_RDONLY) note('T', status.st_ino, 0, 0, 0, 0, 0, 0);
  return fd;
}

int open(const char *path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0;
  va_end(more);
  return opened(path, flags, mode);
}
int open64(const char *path, int flags, ...) __attribute__((alias("open")));

int close(int fd) {
  if (fd >= 0 && fd < FILES) watched[fd] = 0;
  return syscall(SYS_close, fd);
}

static void written(int fd, off_t at, const struct iovec *parts, int count, ssize_t length) {
  for (int part = 0; part < count && length > 0; part++) {
    size_t piece = (size_t)length < parts[part].iov_len ? (size_t)length : parts[part].iov_len;
    note('W', watched[fd], at, 0, parts[part].iov_base, piece, 0, 0);
    at += piece, length -= piece;
  }
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  if (!is_watched(fd)) return syscall(SYS_writev, fd, parts, count);
  if (fails(fd)) return -1;
  ssize_t length = syscall(SYS_writev, fd, parts, count);
  if (length > 0) written(fd, syscall(SYS_lseek, fd, 0, SEEK_CUR) - length, parts, count, length);
  return length;
}

ssize_t write(int fd, const void *bytes, size_t length) {
  if (!is_watched(fd)) return syscall(SYS_write, fd, bytes, length);
  struct iovec part = {(void *)bytes, length};
  return writev(fd, &part, 1);
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at) {
  if (is_watched(fd) && fails(fd)) return -1;
  ssize_t length = syscall(SYS_pwritev, fd, parts, count, at, 0);
  if (is_watched(fd)) written(fd, at, parts, count, length);
  return length;
}
ssize_t pwritev64(int fd, const struct iovec *parts, int count, off_t at) __attribute__((alias("pwritev")));

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) {
  struct iovec part = {(void *)bytes, length};
  return pwritev(fd, &part, 1, at);
}
ssize_t pwrite64(int fd, const void *bytes, size_t length, off_t at) __attribute__((alias("pwrite")));

int ftruncate(int fd, off_t length) {
  if (is_watched(fd) && fails(fd)) return -1;
  int result = syscall(SYS_ftruncate, fd, length);
  if (result == 0 && is_watched(fd)) note('T', watched[fd], length, 0, 0, 0, 0, 0);
  return result;
}
int ftruncate64(int fd, off_t length) __attribute__((alias("ftruncate")));

int truncate(const char *path, off_t length) {
  int fd = opened(path, O_WRONLY, 0);
  if (fd < 0) return -1;
  int result = ftruncate(fd, length), kept = errno;
  close(fd);
  errno = kept;
  return result;
}

int fsync(int fd) {
  if (!is_watched(fd)) return syscall(SYS_fsync, fd);
  uint64_t number = control ? __atomic_add_fetch(&control->flush, 1, __ATOMIC_SEQ_CST) : 0;
  note('S', watched[fd], number, 0, 0, 0, 0, 0);
  if (fails(fd)) {
    note('F', watched[fd], number, 0, 0, 0, 0, 0);
    return -1;
  }
  if (control && control->pause) usleep(control->pause);
  note('E', watched[fd], number, 0, 0, 0, 0, 0);
  return 0;
}
int fdatasync(int fd) { return fsync(fd); }

static int named(int result, char kind, const char *first, const char *second) {
  char whole[PATH_MAX], other[PATH_MAX];
  const char *name = below(first, whole), *to = second ? below(second, other) : 0;
  if (result == 0 && name && (to || !second)) note_path(kind, 0, name, to);
  return result;
}

int mkdir(const char *path, mode_t mode) {
  int result = syscall(SYS_mkdirat, AT_FDCWD, path, mode);
  struct stat status;
  char whole[PATH_MAX];
  const char *name = below(path, whole);
  if (result == 0 && name && stat(path, &status) == 0) note_path('D', status.st_ino, name, 0);
  return result;
}
int rename(const char *from, const char *to) { return named(syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0), 'R', from, to); }
int link(const char *from, const char *to) { return named(syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0), 'L', from, to); }
int unlink(const char *path) { return named(syscall(SYS_unlinkat, AT_FDCWD, path, 0), 'U', path, 0); }
int rmdir(const char *path) { return named(syscall(SYS_unlinkat, AT_FDCWD, path, AT_REMOVEDIR), 'U', path, 0); }
