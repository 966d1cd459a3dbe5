#include "card_labels.h"

#include <ass/ass.h>
#include <libavutil/frame.h>

#include "card.h"
#include "card_text.h"
#include "card_words.h"
#include "mem.h"
#include "str.h"

struct labels {
    ASS_Library *library;
    ASS_Renderer *renderer;
    ASS_Track *track;
};

static void labels_finish(struct labels *l)
{
    if (l->track)
        ass_free_track(l->track);
    if (l->renderer)
        ass_renderer_done(l->renderer);
    if (l->library)
        ass_library_done(l->library);
}

static void on_message(int level, const char *fmt, va_list args, void *opaque)
{
    (void)level, (void)fmt, (void)args, (void)opaque; /* of characters that no font has */
}

/* The event of a label. Lines break within margins, which are the same for all labels. */
static void add_label(struct str *script, const struct card_label *l)
{
    AUTO_CARD_WORDS words = {0};
    card_words_init(&words, &(struct card_text){.title = l->text});
    str_addf(script,
             "Dialogue: 0,0:00:00.00,0:00:01.00,Label,,0,0,0,,{\\pos(%d,%d)\\clip(%d,%d,%d,%d)}",
             l->x, l->y, l->x, l->y, l->x + l->width, l->y + l->height);
    (void)card_text_fill(script, "@TITLE@", &words);
    str_add(script, "\n");
}

static char *script_of(const AVFrame *picture, const struct card_label *labels, size_t nb,
                       int height)
{
    AUTO_STR s = {0};
    const int margin =
        nb && picture->width > labels[0].width ? (picture->width - labels[0].width) / 2 : 0;
    str_addf(&s,
             "[Script Info]\nScriptType: v4.00+\nPlayResX: %d\nPlayResY: %d\nWrapStyle: 1\n\n"
             "[V4+ Styles]\nFormat: Name, Fontname, Fontsize, PrimaryColour, BorderStyle, Outline, "
             "Shadow, Alignment, MarginL, MarginR, MarginV\n"
             "Style: Label,Noto Sans,%d,&H00FFFFFF,1,0,0,7,%d,%d,0\n\n[Events]\nFormat: Layer, "
             "Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n",
             picture->width, picture->height, height, margin, margin);
    for (size_t i = 0; i < nb; i++)
        add_label(&s, &labels[i]);
    return str_take(&s);
}

static int open_libass(struct labels *out, const AVFrame *picture, char *script, struct err *err)
{
    out->library = ass_library_init();
    if (out->library) {
        ass_set_message_cb(out->library, on_message, NULL);
        out->renderer = ass_renderer_init(out->library);
        out->track = ass_read_memory(out->library, script, strlen(script), NULL);
    }
    if (!out->renderer || !out->track)
        return err_set(err, ERR_NOMEM, "libass cannot start: out of memory");
    ass_set_frame_size(out->renderer, picture->width, picture->height);
    ass_set_storage_size(out->renderer, picture->width, picture->height);
    ass_set_fonts(out->renderer, NULL, NULL, ASS_FONTPROVIDER_FONTCONFIG, NULL, 1);
    ass_track_set_feature(out->track, ASS_FEATURE_BIDI_BRACKETS, 1);
    ass_track_set_feature(out->track, ASS_FEATURE_WHOLE_TEXT_LAYOUT, 1);
    return 0;
}

/* libass keeps its images within the picture. */
static void blend(AVFrame *picture, const ASS_Image *image)
{
    for (int y = 0; y < image->h; y++) {
        const uint8_t *coverage = image->bitmap + (ptrdiff_t)y * image->stride;
        uint8_t *to =
            picture->data[0] + (ptrdiff_t)(image->dst_y + y) * picture->linesize[0] + image->dst_x;
        for (int x = 0; x < image->w; x++)
            to[x] = (uint8_t)(to[x] + (255 - to[x]) * coverage[x] / 255);
    }
}

int card_labels_draw(AVFrame *picture, const struct card_label *labels, size_t nb, int height,
                     struct err *err)
{
    struct labels l = {0};
    AUTO_FREE char *script = script_of(picture, labels, nb, height);
    if (open_libass(&l, picture, script, err) == 0)
        for (const ASS_Image *i = ass_render_frame(l.renderer, l.track, 0, NULL); i; i = i->next)
            blend(picture, i);
    labels_finish(&l);
    return err->code;
}
