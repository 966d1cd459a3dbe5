#include "identity.h"

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "content.h"
#include "event.h"
#include "fs.h"
#include "mem.h"
#include "store.h"

/* A file that was seen, in this call or before. */
struct known {
    char *path;
    int64_t size, mtime_ns;
    char fingerprint[33];
    struct known *next; /* with the same fingerprint */
};

struct identity {
    struct store *store;
    char secret[SHA256_BYTES];
    GPtrArray *known;
    GHashTable *by_path, *by_fingerprint; /* struct known */
    /* Of fingerprints: */
    GHashTable *joined; /* of recordings of several files: what they consist of, as a sum */
    GHashTable *fresh;  /* proofs that are not in the store yet */
};

/* --- what is known ---------------------------------------------------------------------------- */

static void forget(void *known)
{
    free(((struct known *)known)->path);
    free(known);
}

static void remember(struct identity *id, const struct recording_file *file)
{
    struct known *k = mem_zalloc(1, sizeof *k);
    k->path = mem_strdup(file->path);
    k->size = file->size;
    k->mtime_ns = file->mtime_ns;
    memcpy(k->fingerprint, file->fingerprint, sizeof k->fingerprint);
    k->next = g_hash_table_lookup(id->by_fingerprint, k->fingerprint);
    g_ptr_array_add(id->known, k);
    g_hash_table_replace(id->by_path, k->path, k);
    g_hash_table_replace(id->by_fingerprint, k->fingerprint, k);
}

/* A sum of the fingerprints of its files. */
static void composition(char out[SHA256_BYTES], const struct recording *r)
{
    struct sha256 *sum = sha256_create();
    sha256_add_str(sum, "talkpress: files");
    for (size_t i = 0; i < r->nb_files; i++)
        sha256_add_str(sum, r->files[i].fingerprint);
    sha256_hex(sum, out);
    sha256_destroy(sum);
}

static void remember_recording(struct identity *id, const struct recording *r)
{
    char parts[SHA256_BYTES];
    for (size_t i = 0; i < r->nb_files; i++)
        remember(id, &r->files[i]);
    if (r->nb_files < 2)
        return;
    composition(parts, r);
    g_hash_table_replace(id->joined, g_strdup(r->fingerprint), g_strdup(parts));
}

static GHashTable *table_of_texts(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

int identity_open(struct identity **out, struct event *event, struct err *err)
{
    AUTO_IDENTITY *id = mem_zalloc(1, sizeof *id);
    struct recording *list = NULL;
    size_t nb = 0;
    id->store = event->store;
    id->known = g_ptr_array_new_with_free_func(forget);
    id->by_path = g_hash_table_new(g_str_hash, g_str_equal);
    id->by_fingerprint = g_hash_table_new(g_str_hash, g_str_equal);
    id->joined = table_of_texts();
    id->fresh = table_of_texts();
    if (store_secret(id->secret, id->store, err) < 0 ||
        store_recordings(&list, &nb, id->store, err) < 0)
        return err->code;
    for (size_t i = 0; i < nb; i++)
        remember_recording(id, &list[i]);
    recordings_free(list, nb);
    *out = mem_take(&id);
    return 0;
}

void identity_close_p(struct identity **identity)
{
    struct identity *id = *identity;
    if (!id)
        return;
    g_hash_table_destroy(id->by_path);
    g_hash_table_destroy(id->by_fingerprint);
    g_hash_table_destroy(id->joined);
    g_hash_table_destroy(id->fresh);
    g_ptr_array_free(id->known, true);
    free(id);
}

/* --- proofs ----------------------------------------------------------------------------------- */

/* What was kept for the fingerprint when it was first seen; "": nothing. */
static int kept_proof(char out[SHA256_BYTES], const struct identity *id, const char *fingerprint,
                      struct err *err)
{
    const char *fresh = g_hash_table_lookup(id->fresh, fingerprint);
    if (!fresh)
        return store_proof(out, id->store, fingerprint, err);
    memcpy(out, fresh, SHA256_BYTES);
    return 0;
}

static void keep_proof(struct identity *id, const char *fingerprint, const char *proof)
{
    g_hash_table_replace(id->fresh, g_strdup(fingerprint), g_strdup(proof));
}

/* Of the fingerprint's content, which the file at path has, unless there is one. */
static int make_proof(struct identity *id, const char *fingerprint, const char *path, int64_t size,
                      struct err *err)
{
    char proof[SHA256_BYTES];
    if (kept_proof(proof, id, fingerprint, err) < 0)
        return err->code;
    if (proof[0])
        return 0;
    if (content_proof(proof, id->secret, path, size, err) < 0)
        return err->code;
    keep_proof(id, fingerprint, proof);
    return 0;
}

int identity_save(struct identity *id, struct err *err)
{
    GHashTableIter iter;
    void *fingerprint, *proof;
    g_hash_table_iter_init(&iter, id->fresh);
    while (g_hash_table_iter_next(&iter, &fingerprint, &proof))
        if (store_keep_proof(id->store, fingerprint, proof, err) < 0)
            return err->code;
    g_hash_table_remove_all(id->fresh);
    return 0;
}

/* --- one file --------------------------------------------------------------------------------- */

static bool is_as_seen(const struct known *k, int64_t size, int64_t mtime_ns)
{
    return k->size == size && k->mtime_ns == mtime_ns;
}

static bool is_there(const struct known *k)
{
    struct stat st;
    return stat(k->path, &st) == 0 &&
           is_as_seen(k, st.st_size, (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec);
}

/* Another file with the fingerprint, which is there as it was seen. NULL: none. */
static const struct known *find_other(const struct identity *id, const struct recording_file *now)
{
    const struct known *k = g_hash_table_lookup(id->by_fingerprint, now->fingerprint);
    while (k && (strcmp(k->path, now->path) == 0 || !is_there(k)))
        k = k->next;
    return k;
}

/* Whether the file has the content that its fingerprint is known for. If there is no proof, because
 * an earlier version added it, the fingerprint is enough. */
static int is_known_content(bool *out, struct identity *id, const struct recording_file *now,
                            const struct known *other, struct err *err)
{
    char kept[SHA256_BYTES], proof[SHA256_BYTES];
    *out = false;
    if (g_hash_table_contains(id->joined, now->fingerprint))
        return 0;
    if (other)
        return content_equal(out, other->path, now->path, err);
    if (kept_proof(kept, id, now->fingerprint, err) < 0)
        return err->code;
    *out = !kept[0];
    if (*out)
        return 0;
    if (content_proof(proof, id->secret, now->path, now->size, err) < 0)
        return err->code;
    *out = strcmp(kept, proof) == 0;
    return 0;
}

/* Of a file that is not there, or not as it was. */
static const char *gone_path(const struct identity *id, const struct recording_file *now)
{
    const struct known *k = g_hash_table_lookup(id->by_fingerprint, now->fingerprint);
    return k ? k->path : "a recording that was added before";
}

static int settle_by_content(struct identity *id, struct recording_file *now, struct err *err)
{
    bool same;
    const struct known *other = find_other(id, now);
    if (is_known_content(&same, id, now, other, err) < 0)
        return err->code;
    if (same)
        return 0;
    /* A later file must not pass for the other one when that is gone. */
    if (other && make_proof(id, other->fingerprint, other->path, other->size, err) < 0)
        return err->code;
    fprintf(stderr, "'%s' looks like '%s', but has other content: it is another recording\n",
            now->path, other ? other->path : gone_path(id, now));
    return content_fingerprint(now->fingerprint, now->path, err);
}

int identity_settle(struct identity *id, struct recording_file *now, struct err *err)
{
    const struct known *at = g_hash_table_lookup(id->by_path, now->path);
    const bool seen =
        at && is_as_seen(at, now->size, now->mtime_ns) &&
        (strcmp(at->fingerprint, now->fingerprint) == 0 || content_is_fingerprint(at->fingerprint));
    if (seen)
        memcpy(now->fingerprint, at->fingerprint, sizeof now->fingerprint);
    if ((!seen && settle_by_content(id, now, err) < 0) ||
        make_proof(id, now->fingerprint, now->path, now->size, err) < 0)
        return err->code;
    if (!seen)
        remember(id, now);
    return 0;
}

int identity_settle_recording(struct identity *id, struct recording *r, struct err *err)
{
    char parts[SHA256_BYTES], kept[SHA256_BYTES] = "";
    if (r->nb_files < 2)
        return 0;
    composition(parts, r);
    const char *joined = g_hash_table_lookup(id->joined, r->fingerprint);
    if (joined)
        memcpy(kept, joined, sizeof kept);
    else if (kept_proof(kept, id, r->fingerprint, err) < 0)
        return err->code;
    if ((kept[0] && strcmp(kept, parts) != 0) ||
        g_hash_table_contains(id->by_fingerprint, r->fingerprint))
        content_fingerprint_of_sum(r->fingerprint, parts);
    keep_proof(id, r->fingerprint, parts);
    g_hash_table_replace(id->joined, g_strdup(r->fingerprint), g_strdup(parts));
    return 0;
}
