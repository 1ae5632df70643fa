# SPDX-License-Identifier: LGPL-2.1-or-later
# From static.json, as `paas-build --flatten-json` prints it, to a configuration of nginx. Variables: `types`
# names the file with media types, `page404` is "yes" where the site has a 404.html.
# What would be served otherwise than static.json says (a password that nobody asks for) is an error: exit 2
# with a line for the developer on standard error, where warnings go, too.

BEGIN { FS = "\t"; root = "."; charset = "UTF-8" }

function refuse(line) { print line > "/dev/stderr"; failed = 1; exit 2 }

function unescape(s,    out, c) {
  out = ""
  while (match(s, /\\./)) {
    c = substr(s, RSTART + 1, 1)
    out = out substr(s, 1, RSTART - 1) (c == "t" ? "\t" : c == "n" ? "\n" : c == "r" ? "\r" : c)
    s = substr(s, RSTART + 2)
  }
  return out s
}

# A string of nginx. There a dollar sign starts a variable, and cannot be quoted.
function quoted(s, what) {
  if (s ~ /[\001-\037\177]/) refuse("static.json: " what " has a control character.")
  gsub(/\$/, "${paas_dollar}", s)
  return plainly_quoted(s)
}
function plainly_quoted(s) {
  gsub(/\\/, "\\\\", s)
  gsub(/"/, "\\\"", s)
  return "\"" s "\""
}

# "/assets/**" as a regular expression: "**" is anything, "*" anything but a slash.
function regex(s,    out, i, c) {
  out = ""
  for (i = 1; i <= length(s); i++) {
    c = substr(s, i, 1)
    if (substr(s, i, 2) == "**") { out = out ".*"; i++ }
    else if (c == "*") out = out "[^/]*"
    else if (c ~ /[A-Za-z0-9_\/ -]/) out = out c
    else if (c ~ /[\001-\037\177]/) refuse("static.json: the path '" s "' has a control character.")
    else out = out "\\" c
  }
  return "^" out "$"
}

# A path inside the site, without the slash at either end.
function inside(s, what) {
  sub(/^\.?\/+/, "", s)
  sub(/\/+$/, "", s)
  if (s ~ /(^|\/)\.\.(\/|$)/ || s ~ /[\001-\037\177"$\\|&@]/)
    refuse("static.json: " what " '" s "' is no path inside the site.")
  return s
}

function boolean(value, what) {
  if (value != "true" && value != "false") refuse("static.json: " what " is true or false, not '" value "'.")
  return value == "true"
}

NF == 0 { next }
{
  # The path's parts; a dot inside a key is "\.".
  path = $1
  gsub(/\\\./, "\001", path)
  parts = split(path, part, ".")
  for (i = 1; i <= parts; i++) { gsub(/\001/, ".", part[i]); part[i] = unescape(part[i]) }
  key = part[1]
  value = unescape($2)
}
value == "{}" && parts == 1 { next }
key == "root" { root = inside(value, "root"); next }
key == "clean_urls" { clean_urls = boolean(value, "clean_urls"); next }
key == "https_only" { https_only = boolean(value, "https_only"); next }
key == "error_page" { error_page = inside(value, "error_page"); next }
key == "encoding" {
  if (value !~ /^[A-Za-z0-9_-]+$/) refuse("static.json: encoding '" value "' is no character set.")
  charset = value
  next
}
key == "canonical_host" {
  if (value !~ /^[A-Za-z0-9.-]+$/) refuse("static.json: canonical_host '" value "' is no host name.")
  canonical_host = value
  next
}
key == "routes" && parts == 2 {
  routes++
  route_path[routes] = part[2]
  route_to[routes] = inside(value, "the target of route " part[2])
  next
}
key == "redirects" && parts == 3 {
  if (!(part[2] in redirect_url)) redirect_path[++redirects] = part[2]
  if (part[3] == "url") redirect_url[part[2]] = value
  else if (part[3] == "status") {
    if (value !~ /^30[12378]$/) refuse("static.json: the status of redirect " part[2] " is 301, 302, 303, 307 or 308.")
    redirect_status[part[2]] = value
  }
  if (!(part[2] in redirect_url)) redirect_url[part[2]] = ""
  next
}
key == "headers" && parts == 3 {
  if (part[3] !~ /^[A-Za-z0-9-]+$/) refuse("static.json: '" part[3] "' is no name of a header.")
  if (!(part[3] in header_seen)) { header_seen[part[3]] = 1; header[++headers] = part[3] }
  rules++
  rule_header[rules] = part[3]; rule_path[rules] = part[2]; rule_value[rules] = value
  next
}
key == "logging" { next } # the router writes the access log
key == "basic_auth" || key ~ /^basic_auth/ {
  refuse("static.json: basic_auth is not supported, and without it the site would be open to everybody.")
}
key == "proxies" { refuse("static.json: proxies are not supported.") }
!(key in ignored) { ignored[key] = 1; problem = problem "\nstatic.json: '" key "' is not known and ignored." }

# Longer patterns first: of two that match, the more exact one counts.
function put_header_maps(    h, i, j, n, order, t) {
  for (h = 1; h <= headers; h++) {
    n = 0
    for (i = 1; i <= rules; i++) if (rule_header[i] == header[h]) order[++n] = i
    for (i = 1; i <= n; i++)
      for (j = i + 1; j <= n; j++)
        if (length(rule_path[order[j]]) > length(rule_path[order[i]])) { t = order[i]; order[i] = order[j]; order[j] = t }
    print "  map $paas_path $paas_header_" h " {"
    print "    default \"\";"
    for (i = 1; i <= n; i++)
      print "    " plainly_quoted("~" regex(rule_path[order[i]])) " " quoted(rule_value[order[i]], "the value of header " header[h]) ";"
    print "  }"
  }
}

function put_types(    line, i, n, word) {
  print "  types {"
  while ((getline line < types) > 0) {
    if (line ~ /^#/) continue
    n = split(line, word, " ")
    printf "    %s", word[1]
    for (i = 2; i <= n; i++) printf " %s", word[i]
    print ";"
  }
  print "  }"
}

function put_server(    i) {
  print "  server {"
  print "    listen @PORT@;"
  print "    server_name _;"
  print "    root \"@HOME@" (root == "" || root == "." ? "" : "/" root) "\";"
  print "    index index.html;"
  for (i = 1; i <= headers; i++) print "    add_header " header[i] " $paas_header_" i " always;"
  if (https_only) print "    if ($http_x_forwarded_proto = http) { return 301 https://$host$request_uri; }"
  if (canonical_host != "") print "    if ($host != " canonical_host ") { return 301 $paas_scheme://" canonical_host "$request_uri; }"
  if (error_page != "") print "    error_page 404 500 502 503 504 \"/" error_page "\";"
  else if (page404 == "yes") print "    error_page 404 /404.html;"
  # Not the site: what paas, git and the developer's tools keep beside it.
  print "    location ~ \"/\\.(?!well-known/)\" { return 404; }"
  if (root == "" || root == ".") print "    location ~ \"^/(static\\.json|app\\.json|Procfile|package(-lock)?\\.json|node_modules/.*)$\" { return 404; }"
  for (i = 1; i <= redirects; i++) {
    if (redirect_url[redirect_path[i]] == "") refuse("static.json: the redirect " redirect_path[i] " has no url.")
    print "    location ~ " plainly_quoted(regex(redirect_path[i])) " { return " \
      (redirect_path[i] in redirect_status ? redirect_status[redirect_path[i]] : 301) " " \
      quoted(redirect_url[redirect_path[i]], "the url of a redirect") "; }"
  }
  files = "$uri" (clean_urls ? " $uri.html" : "") " $uri/"
  for (i = 1; i <= routes; i++)
    print "    location ~ " plainly_quoted(regex(route_path[i])) " { try_files " files " \"/" route_to[i] "\" =404; }"
  print "    location / { try_files " files " =404; }"
  print "  }"
}

END {
  if (failed) exit 2
  print "# Written by the static pack; .paas/static/serve fills in the port."
  print "daemon off;"
  print "worker_processes 1;"
  print "pid \"@TMP@/nginx.pid\";"
  print "error_log stderr warn;"
  print "events { worker_connections 1024; }"
  print "http {"
  print "  access_log off; # each request is in the router's log"
  print "  client_body_temp_path \"@TMP@/body\"; proxy_temp_path \"@TMP@/proxy\"; fastcgi_temp_path \"@TMP@/fastcgi\";"
  print "  uwsgi_temp_path \"@TMP@/uwsgi\"; scgi_temp_path \"@TMP@/scgi\";"
  print "  sendfile on; tcp_nopush on; server_tokens off; absolute_redirect off;"
  print "  keepalive_timeout 120s; # longer than the router's"
  print "  default_type application/octet-stream; charset " charset ";"
  print "  charset_types text/plain text/css text/javascript text/xml text/csv text/vtt application/json application/manifest+json image/svg+xml;"
  print "  gzip on; gzip_vary on; gzip_proxied any; gzip_comp_level 5; gzip_min_length 512;"
  print "  gzip_types text/plain text/css text/javascript text/xml text/csv text/vtt application/json application/ld+json application/manifest+json application/xhtml+xml application/rss+xml application/atom+xml application/wasm application/geo+json application/vnd.ms-fontobject font/ttf font/otf image/svg+xml image/x-icon image/bmp;"
  put_types()
  print "  geo $paas_dollar { default \"$\"; }"
  print "  map $http_x_forwarded_proto $paas_scheme { default http; https https; }"
  print "  map $request_uri $paas_path { default $request_uri; \"~^(?<paas_before>[^?]*)\" $paas_before; }"
  put_header_maps()
  put_server()
  print "}"
  if (problem != "") print substr(problem, 2) > "/dev/stderr"
}
