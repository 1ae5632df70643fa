/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Where things are. One place, so that a path in a message, a unit and a test are the same. */

#define PAAS_STATE "/var/lib/paas"
#define PAAS_RUN "/run/paas"
#define PAAS_LIB "/usr/lib/paas"
#define PAAS_SHARE "/usr/share/paas"

#define PAAS_CONF "/etc/paas/paas.conf"
#define PAAS_USERDB "/etc/userdb"
#define PAAS_HOOKS "/etc/paas/hooks.d"
#define PAAS_SENDMAIL "/usr/sbin/sendmail"

#define PAAS_STATE_GIT PAAS_STATE "/state.git"
#define PAAS_OPERATIONS PAAS_STATE "/operations"
#define PAAS_EVENTS PAAS_STATE "/events"
#define PAAS_ROUTER PAAS_STATE "/router"
#define PAAS_AUTHORITY PAAS_STATE "/authority"
#define PAAS_CA PAAS_STATE "/ca.pem" /* its public part, for everybody */
#define PAAS_AUTHORIZED_KEYS PAAS_STATE "/ssh/authorized_keys"
#define PAAS_READERS PAAS_STATE "/ssh/readers" /* whose key may read which repository */

#define PAAS_ROUTER_ADMIN PAAS_RUN "/router/admin.sock"
#define PAAS_ROUTER_MASTER PAAS_RUN "/router/master.sock"

/* printf formats, with what they take */
#define PAAS_REPOSITORY PAAS_STATE "/repos/%s.git" /* app */
#define PAAS_OPERATION PAAS_OPERATIONS "/%s.%llu"  /* app, operation */
#define PAAS_BUILD PAAS_STATE "/builds/%s.%llu"    /* app, operation */
#define PAAS_GONE PAAS_STATE "/gone/%s"            /* uuid of a destroyed application */
#define PAAS_TRASH PAAS_STATE "/trash"             /* what is being removed */
#define PAAS_CACHE PAAS_STATE "/cache/%s"          /* app */
#define PAAS_SLUGS PAAS_STATE "/slugs/%s"          /* app */
#define PAAS_SLUG PAAS_SLUGS "/%s"                 /* app, slug */
#define PAAS_SLUG_PART PAAS_SLUGS "/.%s.%llu"      /* app, slug, operation: not all of it is there yet */
#define PAAS_LAYERS PAAS_STATE "/layers/%s"        /* app */
#define PAAS_LAYER PAAS_LAYERS "/%s"               /* app, short instance name */
#define PAAS_ASSETS PAAS_STATE "/assets/%s"        /* app */
#define PAAS_ASSETS_LAYER PAAS_ASSETS "/v%llu"     /* app, version: of the releases before it */
#define PAAS_ASSETS_TREE "/tree"                   /* in it: what is mounted */
#define PAAS_ENV_DIR PAAS_RUN "/env/%s"            /* app */
#define PAAS_ENV PAAS_ENV_DIR "/v%llu"             /* app, version */
#define PAAS_ENV_TYPE PAAS_ENV ".%s"               /* app, version, type */
#define PAAS_ENV_CHECKS PAAS_ENV_TYPE ".checks"    /* likewise: what is asked of it */
#define PAAS_ENV_RUN PAAS_ENV_DIR "/%s"            /* app, short name of a run */
#define PAAS_ENV_ABOUT PAAS_ENV_RUN ".about"       /* likewise: what it is, for `paas ps` */
#define PAAS_DRAINS PAAS_RUN "/drain"
#define PAAS_DRAIN PAAS_DRAINS "/%s:%s" /* app, short instance name: since when it drains */
#define PAAS_WINDOWS PAAS_RUN "/window"
#define PAAS_WINDOW PAAS_WINDOWS "/%s"                /* app: what is watched after its switch */
#define PAAS_SLUG_MOUNT PAAS_RUN "/slug/%s/v%llu"     /* app, version */
#define PAAS_ASSETS_MOUNT PAAS_RUN "/assets/%s/v%llu" /* app, version */
/* Where the kernel counts for a unit of an application. */
#define PAAS_CGROUP "/sys/fs/cgroup/paas.slice/paas-app.slice/paas-app-%s.slice/%s" /* escaped app, unit */
#define PAAS_APP_MOUNTS PAAS_RUN "/app/%s"                                          /* app */
#define PAAS_APP_MOUNT PAAS_APP_MOUNTS "/%s"   /* app, short instance name */
#define PAAS_SOCKETS PAAS_RUN "/sock/%s"       /* app */
#define PAAS_SOCKET PAAS_SOCKETS "/%s.sock"    /* app, short instance name */
#define PAAS_ETC PAAS_RUN "/etc/%s"            /* app */
#define PAAS_ETC_GONE PAAS_RUN "/etc/.gone.%s" /* app: of a destroyed one that still stops */
