#include "rendition_lines.h"

#include "encoder_set.h"
#include "event.h"
#include "json.h"
#include "table.h"

json_t *rendition_lines_json(const struct event *event)
{
    json_t *list = json_array();
    for (size_t i = 0; i < event->settings.nb_renditions; i++) {
        const struct rendition *r = &event->settings.renditions[i];
        const char *encoder = json_get_string(r->video, "encoder", "");
        if (r->video)
            json_array_append_new(list,
                                  json_pack("{s:s, s:s, s:s, s:o}", "name", r->name, "encoder",
                                            encoder, "encoder_version",
                                            encoder_set_version(event->encoders.here, encoder),
                                            "settings_for", json_text(r->versions)));
    }
    return list;
}

void rendition_lines_print(const struct event *event)
{
    for (size_t i = 0; i < event->settings.nb_renditions; i++) {
        const struct rendition *r = &event->settings.renditions[i];
        const char *encoder = json_get_string(r->video, "encoder", "");
        if (r->versions)
            table_text("  ", "rendition %s: settings for %s %s (%s here)", r->name, encoder,
                       r->versions, encoder_set_version(event->encoders.here, encoder));
    }
}
