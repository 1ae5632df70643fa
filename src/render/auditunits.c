/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "render/auditunits.h"

#include <errno.h>

#include "basic/clock.h"
#include "basic/text.h"
#include "model/paths.h"

#define PUSH_SECONDS 600
#define VERIFY_SECONDS 3600
#define HOOK_SECONDS 60

static UnitSpec *oneshot(const char *unit, uint64_t seconds)
{
        UnitSpec *s = unit ? unit_spec_new(unit) : NULL;
        if (!s)
                return NULL;
        unit_spec_string(s, "Type", "oneshot");
        unit_spec_string(s, "CollectMode", "inactive-or-failed");
        unit_spec_u64(s, "TimeoutStartUSec", seconds * USEC_PER_SEC);
        unit_spec_u64(s, "TimeoutStopUSec", 5 * USEC_PER_SEC);
        return s;
}

/* A remote that is a directory of this host; NULL: it is elsewhere. */
static const char *local_path(const char *remote)
{
        const char *path = text_after(remote, "file://");
        return path ? path : remote[0] == '/' ? remote : NULL;
}

static UnitSpec *audit_unit(const char *unit, const char *verb, const char *remote, uint64_t seconds)
{
        UnitSpec *s = oneshot(unit, seconds);
        if (!s)
                return NULL;
        unit_spec_list(s, UNIT_EXEC, "ExecStart", PAAS_LIB "/paas-audit");
        unit_spec_list(s, UNIT_EXEC, "ExecStart", verb);
        if (remote)
                unit_spec_list(s, UNIT_EXEC, "ExecStart", remote);
        return s;
}

UnitSpec *render_audit_push(const char *remote)
{
        const char *path = local_path(remote);
        _cleanup_unit_spec_ UnitSpec *s = audit_unit(AUDIT_PUSH_UNIT, "push", remote, PUSH_SECONDS);
        if (!s)
                return NULL;
        unit_spec_string(s, "Description", "Pushes the audit to its remote");
        /* Should it be missing, git says so better than systemd. */
        if (path)
                unit_spec_listf(s, UNIT_STRV, "ReadWritePaths", "-%s", path);
        return TAKE_PTR(s);
}

UnitSpec *render_audit_verify(const char *name, const char *remote, int fd)
{
        _cleanup_free_ char *unit = NULL;
        if (asprintf(&unit, "%s.service", name) < 0)
                return NULL;
        _cleanup_unit_spec_ UnitSpec *s = audit_unit(unit, "verify", remote, VERIFY_SECONDS);
        if (!s)
                return NULL;
        unit_spec_string(s, "Description", "Compares the audit with its remote");
        unit_spec_fd(s, "StandardOutputFileDescriptor", fd);
        unit_spec_string(s, "StandardError", "journal");
        return TAKE_PTR(s);
}

char *render_hook_unit(const char *hook)
{
        char *unit = NULL;
        return asprintf(&unit, "paas-hook-%s.service", hook) < 0 ? NULL : unit;
}

UnitSpec *render_hook(const char *hook, int event_fd)
{
        _cleanup_free_ char *unit = render_hook_unit(hook);
        _cleanup_unit_spec_ UnitSpec *s = oneshot(unit, HOOK_SECONDS);
        if (!s)
                return NULL;
        unit_spec_stringf(s, "Description", "Tells %s of an event", hook);
        unit_spec_fd(s, "StandardInputFileDescriptor", event_fd);
        unit_spec_string(s, "StandardOutput", "journal");
        unit_spec_string(s, "StandardError", "journal");
        unit_spec_listf(s, UNIT_EXEC, "ExecStart", PAAS_HOOKS "/%s", hook);
        return TAKE_PTR(s);
}

UnitSpec *render_mail(int message_fd)
{
        _cleanup_unit_spec_ UnitSpec *s = oneshot("paas-mail-event.service", HOOK_SECONDS);
        if (!s)
                return NULL;
        unit_spec_string(s, "Description", "Mails of an event");
        unit_spec_fd(s, "StandardInputFileDescriptor", message_fd);
        unit_spec_string(s, "StandardOutput", "journal");
        unit_spec_string(s, "StandardError", "journal");
        unit_spec_list(s, UNIT_EXEC, "ExecStart", PAAS_SENDMAIL);
        unit_spec_list(s, UNIT_EXEC, "ExecStart", "-t");
        unit_spec_list(s, UNIT_EXEC, "ExecStart", "-i");
        return TAKE_PTR(s);
}
