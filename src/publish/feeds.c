#include "feeds.h"

#include <string.h>

#include "fs.h"
#include "kits.h"
#include "mem.h"
#include "publish.h"
#include "site_settings.h"
#include "str.h"
#include "texts.h"

/* --- the picture ------------------------------------------------------------------------------ */

enum { MAX_IMAGE_BYTES = 8 << 20, LEAST_SIDE = 1400, MOST_SIDE = 3000 /* Apple's */ };

struct size {
    int width, height; /* 0: not known */
};

static int big_endian(const unsigned char *p)
{
    return p[0] << 8 | p[1];
}

/* From the frame header, which follows segments that say how long they are (ITU-T T.81, B.1 and
 * B.2.2). */
static struct size jpeg_size(const unsigned char *p, size_t nb)
{
    for (size_t at = 2; at + 9 < nb && p[at] == 0xff; at += 2 + (size_t)big_endian(p + at + 2)) {
        const int marker = p[at + 1];
        if (marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc)
            return (struct size){big_endian(p + at + 7), big_endian(p + at + 5)};
    }
    return (struct size){0};
}

static struct size picture_size(const char *bytes, size_t nb)
{
    const unsigned char *p = (const unsigned char *)bytes;
    if (nb > 24 && memcmp(p, "\x89PNG\r\n\x1a\n", 8) == 0 && !big_endian(p + 16) &&
        !big_endian(p + 20))
        return (struct size){big_endian(p + 18), big_endian(p + 22)};
    return nb > 4 && memcmp(p, "\xff\xd8", 2) == 0 ? jpeg_size(p, nb) : (struct size){0};
}

const char *publish_feed_image(const struct site_settings *site)
{
    return !site->image                    ? NULL
           : str_ends(site->image, ".png") ? "feed-image.png"
                                           : "feed-image.jpg";
}

static int add_image(struct texts *texts, const struct site_settings *site, struct err *err)
{
    char *bytes = NULL;
    size_t nb = 0;
    if (!site->image)
        return 0;
    if (fs_read(&bytes, &nb, site->image, MAX_IMAGE_BYTES, err) < 0)
        return err->code;
    texts_add(texts, mem_strdup(publish_feed_image(site)), bytes, nb);
    const struct size size = picture_size(bytes, nb);
    if (size.width == size.height && size.width >= LEAST_SIDE && size.width <= MOST_SIDE)
        return 0;
    if (!size.width)
        return err_set(err, ERR_INVALID,
                       "'%s' ('image' of 'site') is no JPEG or PNG picture, which feeds need",
                       site->image);
    return err_set(err, ERR_INVALID,
                   "'%s' ('image' of 'site') has %dx%d pixels: feeds need a square of %d to %d",
                   site->image, size.width, size.height, LEAST_SIDE, MOST_SIDE);
}

/* --- the feeds -------------------------------------------------------------------------------- */

int feeds_add(struct texts *texts, const json_t *all, const struct site_settings *site,
              struct err *err)
{
    const char *image = publish_feed_image(site);
    const bool own = image && !texts_is_foreign(texts, image);
    const struct kit_source source = {all, site->base_url, own ? image : NULL};
    AUTO_KIT kit = {0};
    if (add_image(texts, site, err) < 0)
        return err->code;
    if (!site->base_url)
        return 0;
    if (kit_podcast(&kit, &source, err) < 0)
        return err->code;
    for (size_t i = 0; i < kit.files.nb; i++) {
        struct export_text *t = &kit.files.texts[i];
        const size_t nb = strlen(t->text);
        texts_add(texts, mem_take(&t->path), mem_take(&t->text), nb);
    }
    return 0;
}
