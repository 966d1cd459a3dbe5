#include "programme_read.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "address.h"
#include "fetch.h"
#include "fs.h"
#include "hash.h"
#include "import.h"
#include "import_files.h"
#include "mem.h"
#include "programme.h"
#include "programme_bytes.h"
#include "programme_limits.h"
#include "refresh.h"
#include "sandboxed_call.h"
#include "str.h"
#include "web_page.h"

/* Ten times what was measured for 20,000 talks with abstracts of 2,000 characters: 3 s, 0.3 GB. */
enum { MAX_CPU_S = 30, MAX_WALL_S = 300, MAX_ANSWER_BYTES = 2 * IMPORT_MAX_BYTES };
static const int64_t max_memory_bytes = INT64_C(2) << 30;

/* For whoever waits for it, and for an event that goes on meanwhile. */
enum { CONNECT_S = 15, SILENT_S = 30, WHOLE_S = 600, CONNECT_AGAIN_S = 5, SILENT_AGAIN_S = 10 };

/* --- parsing, in the sandbox ------------------------------------------------------------------ */

struct input {
    const struct import_files *files;
    const char *url; /* where it came from in the end; NULL: not from the web */
};

static void prepare(const void *opaque)
{
    const struct input *input = opaque;
    import_prepare(input->files);
}

/* The formats say what a page lacks to be one of them; of the web, the way to the programme helps
 * more. */
static int explain_page(const struct input *input, struct err *err)
{
    const struct import_file *file = &input->files->files[0];
    if (!input->url || err->code != ERR_INVALID || !web_page_is(file->bytes))
        return err->code;
    AUTO_FREE char *advice = web_page_advice(file->bytes, input->url);
    *err = (struct err){0};
    return err_set(err, ERR_INVALID, "'%s' is a web page, in which no programme was found. %s",
                   input->files->path, advice);
}

static int run(struct str *out, const void *opaque, struct err *err)
{
    const struct input *input = opaque;
    AUTO_PROGRAMME programme = {0};
    if (import_parse(&programme, input->files, err) < 0)
        return explain_page(input, err);
    programme_to_bytes(out, &programme);
    return 0;
}

static int parse(struct programme *out, const struct input *input, enum sandbox_mode mode,
                 struct err *err)
{
    char zones[] = IMPORT_ZONES, local[] = IMPORT_LOCAL_ZONE;
    char *readable[] = {zones, local};
    AUTO_STR answer = {0};
    AUTO_PROGRAMME programme = {0};
    const char *path = input->files->path;
    const struct sandboxed_call call = {
        .file = path,
        .advice = "export the programme again, or write its talks into a CSV file",
        .mode = mode,
        .readable = readable,
        .nb_readable = sizeof readable / sizeof *readable,
        .max_memory_bytes = max_memory_bytes,
        .max_cpu_s = MAX_CPU_S,
        .max_wall_s = MAX_WALL_S,
        .max_answer_bytes = MAX_ANSWER_BYTES,
        .prepare = prepare,
        .run = run,
        .input = input,
    };
    if (sandboxed_call(&answer, &call, err) < 0)
        return err->code;
    if (programme_from_bytes(&programme, answer.s, answer.len, err) < 0)
        return err_prefix(err, "'%s': ", path);
    if (programme_check(&programme, path, err) < 0)
        return err->code;
    *out = programme;
    programme = (struct programme){0};
    return 0;
}

/* --- what is there ---------------------------------------------------------------------------- */

/* What was read, before anything in it is parsed. */
struct found {
    struct import_files files;
    char *url;      /* where it came from in the end; NULL: not from the web */
    bool unchanged; /* the server says so, and sends nothing */
};

static void found_finish(struct found *f)
{
    import_files_finish(&f->files);
    free(f->url);
}
#define AUTO_FOUND ATTR_CLEANUP(found_finish) struct found

/* The name of a programme from the web, for messages. It ends as files of its format do: a CSV is
 * known by that alone. */
static char *name_of(const char *url, const char *type)
{
    const size_t nb = strcspn(url, "?");
    AUTO_FREE char *path = mem_strdup(url);
    path[nb] = '\0';
    if (str_ends(path, ".csv") || str_ends(path, ".tsv"))
        return mem_take(&path);
    return type && (str_starts(type, "text/csv") || str_starts(type, "text/tab-separated-values"))
               ? mem_printf("%s as .csv", url)
               : mem_strdup(url);
}

static int find_on_web(struct found *out, struct programme_source *source,
                       const struct programme_source *known, struct err *err)
{
    const bool again = known != NULL;
    AUTO_FETCHED fetched = {0};
    const struct fetch_request request = {
        .url = source->place,
        .etag = known ? known->etag : NULL,
        .modified = known ? known->modified : NULL,
        .connect_s = again ? CONNECT_AGAIN_S : CONNECT_S,
        .silent_s = again ? SILENT_AGAIN_S : SILENT_S,
        .whole_s = again ? REFRESH_NETWORK_S : WHOLE_S,
        .most_bytes = IMPORT_MAX_BYTES,
    };
    if (fetch(&fetched, &request, err) < 0)
        return err->code;
    out->unchanged = fetched.not_modified;
    if (out->unchanged)
        return 0;
    AUTO_FREE char *name = name_of(source->place, fetched.type);
    import_files_set(&out->files, name, mem_take(&fetched.bytes), fetched.nb_bytes);
    out->url = mem_take(&fetched.url);
    source->etag = mem_take(&fetched.etag);
    source->modified = mem_take(&fetched.modified);
    return 0;
}

/* The path from the root. The last name is not followed if it is a link, which may lead to the
 * newest version. */
static char *absolute(const char *path)
{
    if (fs_is_dir(path))
        return mem_need(realpath(path, NULL));
    AUTO_FREE char *dir = fs_dirname(path), *real = realpath(dir, NULL);
    return real ? fs_join(real, fs_basename(path)) : mem_strdup(path);
}

static int find_on_disk(struct found *out, const char *path, struct err *err)
{
    if (!fs_is_taken(path) && address_lacks_scheme(path))
        return err_set(
            err, ERR_NOT_FOUND,
            "'%s' does not exist. If it is an address on the web, begin it with https://", path);
    return import_files_read(&out->files, path, err);
}

static void hash_files(char out[HASH_BYTES], const struct import_files *f)
{
    struct hash *h = hash_create();
    const struct import_file *const lists[] = {f->files, f->categories};
    const size_t nbs[] = {f->nb, f->nb_categories};
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < nbs[k]; i++) {
            hash_add_str(h, fs_basename(lists[k][i].path));
            hash_add_int(h, (int64_t)lists[k][i].nb_bytes);
            hash_add(h, lists[k][i].bytes, lists[k][i].nb_bytes);
        }
    hash_hex(h, out);
    hash_destroy(h);
}

int programme_find_place(struct programme_source *out, const char *where, struct err *err)
{
    out->is_web = address_is(where);
    if (out->is_web)
        return address_read(&out->place, where, err);
    out->place = strcmp(where, "/dev/stdin") != 0 ? absolute(where) : NULL;
    return 0;
}

/* known: what was there before; NULL: read all of it. */
static int find(struct found *out, struct programme_source *source, const char *where,
                const struct programme_source *known, struct err *err)
{
    if (programme_find_place(source, where, err) < 0 ||
        (source->is_web ? find_on_web(out, source, known, err) : find_on_disk(out, where, err)) < 0)
        return err->code;
    if (!out->unchanged)
        hash_files(source->hash, &out->files);
    return 0;
}

int programme_read(struct programme *out, struct programme_source *source, const char *where,
                   enum sandbox_mode mode, struct err *err)
{
    AUTO_PROGRAMME_SOURCE own = {0};
    AUTO_FOUND found = {0};
    if (find(&found, source ? source : &own, where, NULL, err) < 0)
        return err->code;
    const struct input input = {&found.files, found.url};
    return parse(out, &input, mode, err);
}

int programme_read_again(struct programme *out, bool *changed, struct programme_source *now,
                         const struct programme_source *known, enum sandbox_mode mode,
                         struct err *err)
{
    AUTO_FOUND found = {0};
    *changed = false;
    if (find(&found, now, known->place, known, err) < 0)
        return err->code;
    if (found.unchanged || strcmp(now->hash, known->hash) == 0)
        return 0;
    *changed = true;
    const struct input input = {&found.files, found.url};
    return parse(out, &input, mode, err);
}
