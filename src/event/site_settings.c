#include "site_settings.h"

#include <stdlib.h>
#include <string.h>

#include "data_file.h"
#include "fs.h"
#include "json.h"
#include "mem.h"
#include "setting_checks.h"
#include "url.h"

static int read_block(struct site_settings *s, const json_t *block, const char *dir,
                      const char *where, struct err *err)
{
    static const char *const known[] = {"base_url", "image"};
    if (setting_check_keys(block, known, sizeof known / sizeof *known, "site", where, err) < 0 ||
        setting_check_text(block, "base_url", where, err) < 0 ||
        setting_check_text(block, "image", where, err) < 0)
        return err->code;
    const char *image = json_get_string(block, "image", NULL);
    if (image)
        s->image = image[0] == '/' ? mem_strdup(image) : fs_join(dir, image);
    const char *url = json_get_string(block, "base_url", NULL);
    if (url && !url_is_folder(url))
        return err_set(err, ERR_INVALID,
                       "%s: 'base_url' should be the address of out/ on the web, like "
                       "https://example.org/videos/, not '%s'",
                       where, url);
    s->base_url = url_folder(url);
    return 0;
}

int site_settings_read(struct site_settings *s, const json_t *settings, const char *dir,
                       const char *where, struct err *err)
{
    const json_t *site = json_object_get(settings, "site");
    const char *word = json_is_string(site) ? json_string_value(site) : "on";
    AUTO_FREE char *template = NULL;
    if (strcmp(word, "off") == 0)
        return 0;
    if (strcmp(word, "on") != 0 ||
        (site && !json_is_string(site) && !json_is_object(site) && !json_is_null(site)))
        return err_set(err, ERR_INVALID,
                       "%s: 'site' should be on, off, or followed by an indented line 'base_url: "
                       "https://…'",
                       where);
    if (json_is_object(site) && read_block(s, site, dir, where, err) < 0)
        return err->code;
    if (data_file_find(&template, dir, "site/overview.xsl", err) < 0)
        return err->code;
    s->templates = fs_dirname(template);
    return 0;
}

void site_settings_finish(struct site_settings *s)
{
    free(s->templates);
    free(s->base_url);
    free(s->image);
    *s = (struct site_settings){0};
}
