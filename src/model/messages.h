/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* MESSAGE_ID of what the platform tells: stable, so that tools can look for it. units/paas.catalog explains
 * each to whoever reads it with `journalctl -x`. */

#define MESSAGE_AUDIT_CHANGED "73b19098a94a4a7bba6c4ee213b039fc"
#define MESSAGE_AUDIT_FAILED "ea9da87d921c4deab87015c7fb389517"
#define MESSAGE_AUDIT_CANCELED "64636c67a1be466ba30f14706afdfcd0"
#define MESSAGE_AUDIT_REFUSED "40b1decc6c5640d2a815362beda2819d"
#define MESSAGE_AUDIT_READ "9fd7213986c448d5be99f6cef9967c46"
#define MESSAGE_AUDIT_PUSH_FAILED "6cbeffc69d094c608815236d216c1f1f"
#define MESSAGE_APP_CRASHED "272957fc6d1b40ce970198eb4eddf4b0"
#define MESSAGE_APP_UNREADY "ae8d6035c72c4adeaeda8aac35b59427"
#define MESSAGE_APP_READY "9c19030d170f4478b0c6023a1269c1e4"
#define MESSAGE_DISK_RESERVE "5b709ef8acc647e5b24d192cf995bfb3"
#define MESSAGE_HOOK_FAILED "f8f7c87ac4fc483e808023bd6b66b225"
#define MESSAGE_EVENT_DROPPED "66213d6554934710bde07b8f513c95ca"
