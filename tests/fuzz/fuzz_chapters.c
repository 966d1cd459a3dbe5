/*
 * A list of chapters beside a recording, which no sandbox reads. What can be read goes all the way
 * to the published WebVTT, which is read again and must have the same chapters.
 */
#include <jansson.h>
#include <string.h>

#include "chapters.h"
#include "err.h"
#include "export_chapters.h"
#include "fuzz.h"
#include "json.h"
#include "mem.h"

static json_t *list_of(const struct chapters *c)
{
    json_t *list = json_array();
    for (size_t i = 0; i < c->nb; i++)
        json_array_append_new(list,
                              json_pack("{s:I, s:s}", "start_ms", (json_int_t)c->list[i].at_ms,
                                        "title", c->list[i].title));
    return list;
}

static void publish(const struct chapters *read)
{
    struct err err = {0};
    AUTO_CHAPTERS cut = {0}, published = {0}, again = {0};
    chapters_cut(&cut, read, 1000, INT64_C(1) << 40);
    chapters_publish(&published, &cut, 5000, "Talk");
    if (!published.nb || published.nb > CHAPTERS_MAX)
        return;
    AUTO_JSON *list = list_of(&published);
    AUTO_FREE char *vtt = export_chapters_vtt(list, INT64_C(1) << 40), *broken = NULL;
    AUTO_FREE char *json = export_chapters_json(list, "Talk");
    AUTO_FREE char *lines = export_chapters_youtube(&broken, list, INT64_C(1) << 40);
    const struct chapter *last = &published.list[published.nb - 1];
    if (last->at_ms > INT64_C(720) * 3600 * 1000) /* with the card, more than a list may have */
        return;
    if (chapters_read(&again, "published", vtt, strlen(vtt), &err) < 0)
        fuzz_broken("the published list", err.msg);
    AUTO_JSON *list_again = list_of(&again);
    if (!json_equal(list, list_again))
        fuzz_broken("the published list", vtt);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err = {0};
    AUTO_CHAPTERS chapters = {0};
    AUTO_FREE char *text = fuzz_text(data, size);
    if (!fuzz_failed(chapters_read(&chapters, "talk.chapters.txt", text, size, &err), &err))
        publish(&chapters);
    return 0;
}
