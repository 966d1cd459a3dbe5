#include "recordings.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "debris.h"
#include "doubles.h"
#include "event.h"
#include "fs.h"
#include "hash.h"
#include "identity.h"
#include "mem.h"
#include "store.h"
#include "str.h"

enum { NB_SAMPLES = 64, SAMPLE_BYTES = 16384, MAX_DEPTH = 16 };

static const char *const suffixes[] = {
    "mp4", "mov",  "m4v", "mkv", "webm", "ts",  "mts", "m2ts", "avi", "flv", "f4v",  "asf",  "wmv",
    "mpg", "mpeg", "vob", "ogg", "ogv",  "dv",  "3gp", "mxf",  "rm",  "wav", "flac", "mp3",  "m4a",
    "aac", "opus", "mka", "w64", "aiff", "nut", "gxf", "3g2",  "m2t", "mod", "tod",  "wtv",  "wma",
    "oga", "amr",  "aif", "caf", "au",   "voc", "dss", "tta",  "qcp", "oma", "gsm",  "g722",
};

static bool looks_like_media(const char *name)
{
    const char *dot = strrchr(name, '.');
    if (!dot || name[0] == '.')
        return false;
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
        if (strcasecmp(dot + 1, suffixes[i]) == 0)
            return true;
    return false;
}

/* --- finding ---------------------------------------------------------------------------------- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void leave_out(struct recordings_found *f, const char *name)
{
    if (f->nb_unfinished++ == 0)
        f->unfinished = str_clean_line(name);
}

/* Whether a program that is still downloading the file keeps another one beside it. */
static bool has_control_file(const char *path)
{
    AUTO_FREE char *control = mem_printf("%s%s", path, DEBRIS_CONTROL_FILE);
    return fs_exists(control);
}

/* Both are real paths. */
static bool is_within(const char *path, const char *folder)
{
    const size_t nb = strlen(folder);
    return strncmp(path, folder, nb) == 0 && (path[nb] == '/' || nb == 1);
}

/* A link that leads nowhere is no link out of the folder: it is reported as a missing file. */
static bool leads_out(const char *path, const char *folder)
{
    AUTO_FREE char *real = realpath(path, NULL);
    return real && !is_within(real, folder);
}

static void refuse_links(struct recordings_found *f)
{
    size_t nb = 0;
    for (size_t i = 0; i < f->nb; i++) {
        struct stat st;
        if (lstat(f->paths[i], &st) == 0 && S_ISLNK(st.st_mode) &&
            leads_out(f->paths[i], f->folder)) {
            AUTO_FREE char *path = f->paths[i];
            if (f->nb_links++ == 0)
                f->link = str_clean_line(fs_basename(path));
        } else {
            f->paths[nb++] = f->paths[i];
        }
    }
    f->nb = nb;
}

struct walk {
    struct recordings_found *found;
    bool only_open; /* folders that cannot be opened do not end it */
};

/* A folder that is looked into. */
struct place {
    const char *dir;
    int depth;
    bool is_event;
};

static int walk(const struct walk *w, const char *dir, int depth, struct err *err);

/* Whether talkpress makes what is in the folder of this name, in an event's folder. */
static bool is_made(const char *name)
{
    return strcmp(name, "work") == 0 || strcmp(name, "out") == 0;
}

/* A folder that was removed since it was listed is no fault. */
static int enter(const struct walk *w, const char *dir, int depth, struct err *err)
{
    struct err why = {0};
    if (!w->only_open)
        return walk(w, dir, depth, err);
    if (walk(w, dir, depth, &why) < 0 && why.code != ERR_NOT_FOUND && w->found->nb_closed++ == 0)
        w->found->closed = str_clean_line(why.msg);
    return 0;
}

static int take(const struct walk *w, const struct place *at, const char *name, struct err *err)
{
    struct recordings_found *f = w->found;
    AUTO_FREE char *path = fs_join(at->dir, name);
    struct stat st;
    const bool is_folder = lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
    if (name[0] == '.' || (is_folder && (debris_folder(name) || (at->is_event && is_made(name)))))
        return 0;
    const bool is_media = looks_like_media(name) || double_suffix(name);
    if (debris_download(name) || (is_media && !is_folder && has_control_file(path))) {
        leave_out(f, name);
    } else if (is_folder) {
        return enter(w, path, at->depth + 1, err);
    } else if (is_media) {
        f->paths = mem_grow(f->paths, f->nb, sizeof *f->paths);
        f->paths[f->nb++] = mem_take(&path);
    }
    return 0;
}

static bool is_event(const char *dir)
{
    AUTO_FREE char *store = fs_join(dir, "talkpress.db");
    return fs_is_regular(store);
}

static int walk(const struct walk *w, const char *dir, int depth, struct err *err)
{
    struct recordings_found *f = w->found;
    const struct place at = {dir, depth, is_event(dir)};
    if (depth > MAX_DEPTH)
        return err_set(err, ERR_INVALID, "'%s' is nested too deeply: more than %d folders", dir,
                       MAX_DEPTH);
    DIR *d = opendir(dir);
    if (!d)
        return err_errno(err, errno, "cannot open the folder '%s'", dir);
    f->folders = mem_grow(f->folders, f->nb_folders, sizeof *f->folders);
    f->folders[f->nb_folders++] = mem_strdup(dir);
    int ret = 0;
    for (const struct dirent *e; ret == 0 && (e = readdir(d));)
        ret = take(w, &at, e->d_name, err);
    closedir(d);
    return ret;
}

/* Moves the small copies of other files out of the list. */
static void set_aside(struct recordings_found *f)
{
    size_t nb = 0;
    AUTO_FREE bool *copies = mem_zalloc(f->nb + 1, sizeof *copies);
    AUTO_FREE const char **originals = mem_zalloc(f->nb + 1, sizeof *originals);
    doubles_find(originals, f->paths, f->nb);
    for (size_t i = 0; i < f->nb; i++) {
        copies[i] = originals[i] || double_suffix(f->paths[i]);
        if (!originals[i] || f->nb_copies++ > 0)
            continue;
        f->copy = str_clean_line(fs_basename(f->paths[i]));
        f->original = str_clean_line(fs_basename(originals[i]));
    }
    for (size_t i = 0; i < f->nb; i++)
        if (copies[i])
            free(f->paths[i]);
        else
            f->paths[nb++] = f->paths[i];
    f->nb = nb;
}

void recordings_found_finish(struct recordings_found *f)
{
    mem_free_strings(f->paths, f->nb);
    mem_free_strings(f->folders, f->nb_folders);
    free(f->copy);
    free(f->original);
    free(f->unfinished);
    free(f->closed);
    free(f->link);
    free(f->folder);
    *f = (struct recordings_found){0};
}

static int find(struct recordings_found *out, const char *path, bool only_open, struct err *err)
{
    struct recordings_found f = {0};
    const struct walk w = {&f, only_open};
    if (!fs_is_dir(path)) {
        f.paths = mem_grow(NULL, 0, sizeof *f.paths);
        f.paths[f.nb++] = mem_strdup(path);
    } else if (!(f.folder = realpath(path, NULL))) {
        return err_errno(err, errno, "cannot open the folder '%s'", path);
    } else if (walk(&w, path, 0, err) < 0) {
        recordings_found_finish(&f);
        return err->code;
    }
    if (f.nb)
        qsort(f.paths, f.nb, sizeof *f.paths, by_text);
    if (f.folder) {
        refuse_links(&f);
        set_aside(&f);
    }
    *out = f;
    return 0;
}

int recordings_find(struct recordings_found *out, const char *path, struct err *err)
{
    return find(out, path, false, err);
}

int recordings_find_open(struct recordings_found *out, const char *path, struct err *err)
{
    return find(out, path, true, err);
}

/* --- fingerprints ----------------------------------------------------------------------------- */

static int fingerprint(char out[33], int fd, int64_t size, const char *path, struct err *err)
{
    struct hash *h = hash_create();
    char buf[SAMPLE_BYTES];
    int failed = 0;
    hash_add_int(h, size);
    const int64_t room = size > SAMPLE_BYTES ? size - SAMPLE_BYTES : 0;
    for (int64_t i = 0; i < NB_SAMPLES && !failed; i++) {
        const ssize_t n = pread(fd, buf, sizeof buf, room * i / (NB_SAMPLES - 1));
        if (n < 0)
            failed = errno;
        else
            hash_add(h, buf, (size_t)n);
        if (!room)
            break; /* the first sample holds the whole file */
    }
    hash_hex(h, out);
    hash_destroy(h);
    return failed ? err_errno(err, failed, "cannot read '%s'", path) : 0;
}

/* Opens a file for recording_look. absolute: without links in it. */
static int open_recording(int *out, const char *path, const char *absolute, const char *folder,
                          struct err *err)
{
    if (folder && !is_within(absolute, folder))
        return err_set(err, ERR_INVALID,
                       "'%s' is a link that leads out of '%s': to add it all the same, name it",
                       path, folder);
    *out = open(absolute, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW);
    return *out < 0 ? err_errno(err, errno, "cannot open '%s'", path) : 0;
}

int recording_look(struct recording_file *out, const char *path, const char *folder,
                   struct err *err)
{
    AUTO_FREE char *absolute = realpath(path, NULL);
    if (!absolute)
        return err_errno(err, errno, "cannot find '%s'", path);
    AUTO_FREE char *clean = str_clean(absolute), *line = str_clean_line(absolute);
    if (strcmp(absolute, clean) != 0 || strpbrk(absolute, "\n\t"))
        return err_set(err, ERR_INVALID,
                       "'%s' has characters in its name that cannot be shown (control characters, "
                       "or not UTF-8): rename it",
                       line);
    AUTO_FD fd = -1;
    if (open_recording(&fd, path, absolute, folder, err) < 0)
        return err->code;
    struct stat st;
    struct recording_file r = {0};
    if (fstat(fd, &st) < 0)
        err_errno(err, errno, "cannot read the size of '%s'", path);
    else if (!S_ISREG(st.st_mode))
        err_set(err, ERR_INVALID, "'%s' is not a regular file", path);
    else
        (void)fingerprint(r.fingerprint, fd, st.st_size, path, err);
    if (err->code)
        return err->code;
    r.size = st.st_size;
    r.mtime_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
    r.path = mem_take(&absolute);
    *out = r;
    return 0;
}

void recording_of_files(struct recording *out, const struct recording_file *files, size_t nb,
                        bool by_hand)
{
    struct hash *h = hash_create();
    struct recording r = {.path = mem_strdup(files[0].path),
                          .by_hand = by_hand,
                          .files = mem_zalloc(nb, sizeof *r.files),
                          .nb_files = nb};
    for (size_t i = 0; i < nb; i++) {
        r.files[i] = files[i];
        r.files[i].path = mem_strdup(files[i].path);
        r.size += files[i].size;
        if (i == 0 || files[i].mtime_ns > r.mtime_ns)
            r.mtime_ns = files[i].mtime_ns;
        hash_add_str(h, files[i].fingerprint);
    }
    hash_hex(h, r.fingerprint);
    if (nb == 1)
        memcpy(r.fingerprint, files[0].fingerprint, sizeof r.fingerprint);
    hash_destroy(h);
    *out = r;
}

/* Looks at the file as it is now; reports why that is not possible. */
static bool look_again(struct recording_file *out, struct identity **identity, struct event *event,
                       const char *path)
{
    struct err why = {0};
    if ((*identity || identity_open(identity, event, &why) == 0) &&
        recording_look(out, path, NULL, &why) == 0) {
        if (identity_settle(*identity, out, &why) == 0)
            return true;
        free(out->path);
    }
    fprintf(stderr, "talkpress: %s\n", why.msg); /* the others continue */
    return false;
}

/* Reads the file again if its size or time differs. Returns whether it must be stored. */
static bool renew_file(struct recording_file *file, struct identity **identity, struct event *event)
{
    struct stat st;
    if (stat(file->path, &st) < 0)
        return false;
    const int64_t mtime_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
    if (st.st_size == file->size && mtime_ns == file->mtime_ns)
        return false;
    struct recording_file now;
    if (!look_again(&now, identity, event, file->path))
        return false;
    if (strcmp(now.fingerprint, file->fingerprint) != 0)
        fprintf(stderr, "'%s' has changed since it was added: it is read again\n", file->path);
    free(file->path);
    *file = now;
    return true;
}

/* Stores the files as they are now, unless another process changed or removed the recording. */
static int store_renewed(struct event *event, struct identity *identity, const struct recording *r,
                         struct err *err)
{
    struct store *store = event->store;
    struct recording known = {0}, now;
    bool found = false;
    if (store_begin(store, err) < 0)
        return err->code;
    int ret = store_recording_by_path(&known, &found, store, r->path, err);
    if (ret == 0 && found && strcmp(known.fingerprint, r->fingerprint) == 0) {
        recording_of_files(&now, r->files, r->nb_files, r->by_hand);
        ret = identity_settle_recording(identity, &now, err);
        if (ret == 0)
            ret = store_set_recording(store, &now, err);
        recording_finish(&now);
    }
    recording_finish(&known);
    if (ret == 0)
        ret = store_commit(store, err);
    if (ret < 0)
        store_rollback(store);
    return ret;
}

int recordings_refresh(struct event *event, struct err *err)
{
    struct recording *list = NULL;
    size_t nb = 0;
    if (store_recordings(&list, &nb, event->store, err) < 0)
        return err->code;
    int ret = 0;
    AUTO_IDENTITY *identity = NULL;
    for (size_t i = 0; i < nb && ret == 0; i++) {
        bool changed = false;
        for (size_t k = 0; k < list[i].nb_files; k++)
            changed = renew_file(&list[i].files[k], &identity, event) || changed;
        if (changed)
            ret = store_renewed(event, identity, &list[i], err);
    }
    if (ret == 0 && identity)
        ret = identity_save(identity, err);
    recordings_free(list, nb);
    return ret;
}
