#include "hook_settings.h"

#include <string.h>

#include "setting_checks.h"

int hook_settings_read(struct hook_settings *out, const json_t *settings, const char *where,
                       struct err *err)
{
    static const char *const known[] = {"seconds"};
    const json_t *block = json_object_get(settings, "hooks");
    const char *word = json_is_string(block) ? json_string_value(block) : "on";
    double seconds;
    const bool off = strcmp(word, "off") == 0;
    if ((!off && strcmp(word, "on") != 0) ||
        (block && !json_is_string(block) && !json_is_object(block) && !json_is_null(block)))
        return err_set(err, ERR_INVALID,
                       "%s: 'hooks' should be on, off, or a block as in 'hooks: {seconds: 60}'",
                       where);
    if (json_is_string(block))
        block = NULL;
    if (setting_check_keys(block, known, sizeof known / sizeof *known, "hooks", where, err) < 0 ||
        setting_number(&seconds, block, "seconds", 60, 1, 3600, where, err) < 0)
        return err->code;
    *out = (struct hook_settings){.off = off, .seconds = (int)seconds};
    return 0;
}
