#include "chapter_texts.h"

#include <string.h>

#include "export_chapters.h"
#include "json.h"
#include "mem.h"
#include "str.h"
#include "texts.h"

/* Of the longest file: sound alone lacks the card, from whose start chapters count. */
static int64_t duration_of(const json_t *part)
{
    int64_t longest_ms = 0;
    size_t i;
    json_t *file;
    json_array_foreach(json_object_get(part, "files"), i, file) {
        const int64_t ms = json_get_int(file, "duration_ms", 0);
        longest_ms = ms > longest_ms ? ms : longest_ms;
    }
    return longest_ms;
}

static void add_files(struct texts *texts, const json_t *talk, const json_t *part)
{
    const json_t *chapters = json_object_get(part, "chapters");
    size_t i;
    json_t *name;
    json_array_foreach(json_object_get(part, "chapters_files"), i, name) {
        const char *file = json_string_value(name);
        char *text = str_ends(file, ".vtt")
                         ? export_chapters_vtt(chapters, duration_of(part))
                         : export_chapters_json(chapters, json_get_string(talk, "title", ""));
        texts_add(texts, mem_strdup(file), text, strlen(text));
    }
}

static void leave_out_foreign(const struct texts *texts, json_t *part)
{
    json_t *names = json_object_get(part, "chapters_files");
    for (size_t i = json_array_size(names); i-- > 0;)
        if (texts_is_foreign(texts, json_string_value(json_array_get(names, i))))
            json_array_remove(names, i);
    if (names && !json_array_size(names))
        json_object_del(part, "chapters_files");
}

void chapter_texts_add(struct texts *texts, json_t *all)
{
    size_t i, k;
    json_t *talk, *part;
    json_array_foreach(json_object_get(all, "talks"), i, talk)
        json_array_foreach(json_object_get(talk, "parts"), k, part) {
            add_files(texts, talk, part);
            leave_out_foreign(texts, part);
        }
}
