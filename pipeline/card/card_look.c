#include "card.h"
#include "fs.h"
#include "hash.h"
#include "mem.h"
#include "picture.h"

/* To be raised whenever the same files would be drawn in another way. */
enum { LOOK_VERSION = 2 };

static int hash_file(struct hash *h, const char *path, struct err *err)
{
    hash_add_int(h, path != NULL);
    if (!path)
        return 0;
    AUTO_FREE char *bytes = NULL;
    size_t nb;
    if (fs_read(&bytes, &nb, path, PICTURE_MAX_BYTES, err) < 0)
        return err->code;
    hash_add_int(h, (int64_t)nb);
    hash_add(h, bytes, nb);
    return 0;
}

int card_look_hash(char *out, const struct card_params *params, struct err *err)
{
    struct hash *h = hash_create();
    hash_add_int(h, LOOK_VERSION);
    if (hash_file(h, params->template_path, err) == 0 &&
        hash_file(h, params->logo_path, err) == 0 &&
        hash_file(h, params->background_path, err) == 0)
        hash_hex(h, out);
    hash_destroy(h);
    return err->code;
}
