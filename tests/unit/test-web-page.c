/* SPDX-License-Identifier: MIT */
/* What a browser makes of pages, addresses and cookies, good ones and hostile ones; and the webmail server's
 * pages, which hold whatever a stranger wrote. */
#include "agent/web/web-address.h"
#include "agent/web/web-page.h"
#include "agent/web/webmail-files.h"
#include "agent/web/webmail-pages.h"
#include "protocol/endpoint-support.h"
#include "support/cpu-time.h"

static WebPage *parse(const char *html)
{
  return web_page_parse(bytes_from_string(html));
}

static void words_links_and_forms_are_found(void)
{
  WebPage *page = parse(
      "<!doctype html><!-- <a href=x> --><title> A &amp;\n B</title><style>p{}</style><h1>Hi</h1>\n"
      "<p>one\n  two<script>if (1<2) document.write('<a href=evil>')</script> three</p>"
      "<A HREF='/x?a=1&amp;b=2' ID=go class=letter><b>To</b> the <bdi>letter</bdi></A>"
      "<form id=f method=POST action=/send><input name=a value=\"1 > 2\"><input type=hidden name=h value=v>"
      "<input type=password name=p><input type=checkbox name=c value=y checked><input type=checkbox name=d>"
      "<textarea name=t>\n a <b>\n</textarea><input type=submit name=s value=Go><button>x</button></form>"
      "<pre>  kept\n   so </pre>&#8364;&#x41;&bogus;&");
  g_assert_cmpstr(page->title, ==, "A & B");
  g_assert_cmpstr(page->text, ==, "Hi\none two three\nTo the letter\nx\n  kept\n   so\n€A&bogus;&");
  const WebLink *link = web_page_find_link(page, "go");
  g_assert_cmpuint(page->links->len, ==, 1);
  g_assert_cmpstr(link->href, ==, "/x?a=1&b=2");
  g_assert_cmpstr(link->class, ==, "letter");
  g_assert_cmpstr(link->text, ==, "To the letter");
  const WebForm *form = web_page_find_form(page, "f");
  g_assert_true(form->post && form == web_page_find_form_with(page, "password"));
  g_assert_cmpstr(form->action, ==, "/send");
  g_assert_cmpuint(form->fields->len, ==, 7);
  g_assert_cmpstr(web_form_find(form, "a")->value, ==, "1 > 2");
  g_assert_cmpstr(web_form_find(form, "a")->type, ==, "text");
  g_assert_cmpstr(web_form_find(form, "t")->value, ==, " a <b>\n");
  g_assert_true(web_form_find(form, "c")->sent && web_form_find(form, "h")->sent);
  g_assert_false(web_form_find(form, "d")->sent || web_form_find(form, "s")->sent);
  g_assert_null(web_page_find_form_with(page, "file"));
  web_page_free(page);
}

/* Whatever is left open, cut off or nonsense. */
static void odd_pages_harm_nobody(void)
{
  static const char *const pages[] = {
      "",
      "<",
      "<a",
      "<a href",
      "<a href=",
      "<a href='x",
      "</",
      "<!",
      "<!--",
      "<title>",
      "<textarea>",
      "<script>",
      "<form>",
      "<form><form>",
      "</form>",
      "<input name=x>",
      "<a href=x>y",
      "<a href=x><a href=z>y",
      "<p a=b/>",
      "&#0;",
      "&#xffffff;",
      "&#xd800;",
      "a < b > c",
      "<script></scripty>x",
      "\xff\xfe<a href=\xff>",
      "<a href=x/ y='\"' z>w</a>",
      "<pre></pre></pre> a  b",
  };
  for (size_t i = 0; i < G_N_ELEMENTS(pages); i++)
    for (size_t length = 0; length <= strlen(pages[i]); length++) {
      WebPage *page = web_page_parse((Bytes){(const uint8_t *)pages[i], length});
      g_assert_true(g_utf8_validate(page->text, -1, NULL) && g_utf8_validate(page->title, -1, NULL));
      web_page_free(page);
    }
  WebPage *page = web_page_parse(BYTES_LITERAL("a\0<a href=x>b</a>"));
  g_assert_cmpuint(page->links->len, ==, 1);
  web_page_free(page);
}

static char *repeat(const char *piece, guint times)
{
  GString *text = g_string_new(NULL);
  while (times-- > 0)
    g_string_append(text, piece);
  return g_string_free(text, FALSE);
}

static double time_of(const char *piece, guint times)
{
  g_autofree char *html = repeat(piece, times);
  gint64 before = cpu_time_now();
  web_page_free(parse(html));
  return (double)(cpu_time_now() - before) / G_USEC_PER_SEC;
}

static void time_is_linear_and_items_are_counted(void)
{
  static const char *const pieces[] = {"<a href=x>y", "<",          "&",    "<form><input name=x value=y>",
                                       "<title>",     "<textarea>", "<!--", "<p a=\"",
                                       " \n",         "<a b=c d=e "};
  for (size_t i = 0; i < G_N_ELEMENTS(pieces); i++) {
    double once = time_of(pieces[i], 40000), twice = time_of(pieces[i], 80000);
    g_test_message("%s: %.3f s, then twice that: %.3f s", pieces[i], once, twice);
    g_assert_cmpfloat(twice, <, 3 * once + 0.2);
  }
  g_autofree char *links = repeat("<a href=x>y</a>", WEB_PAGE_ITEMS_MAX + 1);
  WebPage *page = parse(links);
  g_assert_cmpuint(page->links->len, ==, WEB_PAGE_ITEMS_MAX);
  web_page_free(page);
}

static const struct {
  const char *base, *reference, *result; /* result NULL: none */
} references[] = {
    {NULL, "http://a.example", "http://a.example/"},
    {NULL, " HTTP://A.Example:80/x#y", "http://a.example/x"},
    {NULL, "http://a:8080?q=1", "http://a:8080/?q=1"},
    {NULL, "http://[::1]:2080/", "http://[::1]:2080/"},
    {NULL, "http://[::1]/", "http://[::1]/"},
    {NULL, "a.example", NULL},
    {NULL, "/x", NULL},
    {NULL, "https://a.example/", NULL},
    {NULL, "http:///x", NULL},
    {NULL, "http://a:0/", NULL},
    {NULL, "http://a:99999/", NULL},
    {NULL, "http://user@a/", NULL},
    {NULL, "http://a b/", NULL},
    {"http://a/b/c?d", "x", "http://a/b/x"},
    {"http://a/b/c?d", "/x", "http://a/x"},
    {"http://a/b/c?d", "?x", "http://a/b/c?x"},
    {"http://a/b/c?d", "#x", "http://a/b/c?d"},
    {"http://a/b/c?d", "", "http://a/b/c?d"},
    {"http://a/b/c?d", "../../../x/./y/..", "http://a/x/"},
    {"http://a/b/c?d", "//b:81/x", "http://b:81/x"},
    {"http://a/b/c?d", "javascript:alert(1)", NULL},
    {"http://a/b/c?d", "mailto:bob@beta.example", NULL},
    {"http://a/b/c?d", "x y\r\nz\xc3\xa1", "http://a/b/x%20y%0D%0Az%C3%A1"},
};

static void addresses_are_resolved(void)
{
  for (size_t i = 0; i < G_N_ELEMENTS(references); i++) {
    WebAddress base = {0}, address;
    if (references[i].base != NULL) g_assert_true(web_address_resolve(&base, NULL, references[i].base));
    bool good =
        web_address_resolve(&address, references[i].base == NULL ? NULL : &base, references[i].reference);
    g_autofree char *result = good ? web_address_format(&address) : NULL;
    g_assert_cmpstr(result, ==, references[i].result);
    web_address_clear(&address);
    web_address_clear(&base);
  }
}

static void assert_cookies(WebCookies *cookies, const char *url, Nanoseconds now, const char *wanted)
{
  WebAddress address;
  g_assert_true(web_address_resolve(&address, NULL, url));
  char *field = web_cookies_for(cookies, &address, now);
  g_assert_cmpstr(field, ==, wanted);
  endpoint_wipe(field);
  web_address_clear(&address);
}

static void take(WebCookies *cookies, const char *url, const char *cookie, Nanoseconds now)
{
  WebAddress address;
  HttpField field = {BYTES_LITERAL("set-cookie"), bytes_from_string(cookie)};
  g_assert_true(web_address_resolve(&address, NULL, url));
  web_cookies_take(cookies, &address, &(HttpMessage){.fields = &field, .field_count = 1}, now);
  web_address_clear(&address);
}

static void cookies_go_where_they_belong(void)
{
  const Nanoseconds second = NANOSECONDS_PER_SECOND;
  WebCookies *cookies = web_cookies_new();
  take(cookies, "http://a/x/login", "session=1; HttpOnly; SameSite=Lax; Path=/", second);
  take(cookies, "http://a/x/login", "deep=2", second);
  take(cookies, "http://a/", "locked=3; Secure", second);
  take(cookies, "http://a/", "=4", second);
  take(cookies, "http://a/", "nonsense", second);
  take(cookies, "http://a/", "short=5; Max-Age=10", second);
  assert_cookies(cookies, "http://a/", 2 * second, "session=1; short=5");
  assert_cookies(cookies, "http://a/x/y", 2 * second, "session=1; deep=2; short=5");
  assert_cookies(cookies, "http://a/x?q", 2 * second, "session=1; deep=2; short=5");
  assert_cookies(cookies, "http://a/xy", 2 * second, "session=1; short=5");
  assert_cookies(cookies, "http://b/", 2 * second, NULL);
  assert_cookies(cookies, "http://a/", 11 * second, "session=1");
  take(cookies, "http://a/", "session=6; Path=/", second);
  assert_cookies(cookies, "http://a/", 11 * second, "session=6");
  take(cookies, "http://a/", "session=; Max-Age=0; Path=/", second);
  assert_cookies(cookies, "http://a/", 11 * second, NULL);
  web_cookies_free(cookies);
}

static void strangers_words_stay_words(void)
{
  static const char evil[] = "From: \"<script>alert(1)</script>\" <e@evil.example>\r\n"
                             "Subject: </title><script src=//evil.example></script>\" onload='x\r\n"
                             "Content-Type: text/plain\r\n\r\n"
                             "</pre><form action=//evil.example><input type=password></form>\001\r\n";
  WebmailFrame frame = {WEBMAIL_EN, "beta.example", "bob@beta.example"};
  GString *html = webmail_page_letter(&frame, 7, bytes_from_string(evil));
  WebPage *page = parse(html->str);
  g_assert_null(strstr(html->str, "<script"));
  g_assert_null(strchr(html->str, 1));
  g_assert_cmpuint(page->forms->len, ==, 2); /* log out, delete */
  g_assert_null(web_page_find_form_with(page, "password"));
  g_assert_nonnull(strstr(page->title, "</title><script src=//evil.example></script>\" onload='x"));
  g_assert_nonnull(strstr(page->text, "</pre><form action=//evil.example>"));
  web_page_free(page);
  g_string_free(html, TRUE);
  WebmailDraft draft = {"\"><script>", "'\" onfocus=x", "</textarea><script>", "\"><b>"};
  html = webmail_page_write(&frame, &draft, WORD_REFUSED, "550 <script>");
  page = parse(html->str);
  g_assert_null(strstr(html->str, "<script"));
  const WebForm *form = web_page_find_form(page, "send");
  g_assert_cmpstr(web_form_find(form, "to")->value, ==, draft.to);
  g_assert_cmpstr(web_form_find(form, "subject")->value, ==, draft.subject);
  g_assert_cmpstr(web_form_find(form, "text")->value, ==, draft.text);
  g_assert_cmpstr(web_form_find(form, "in-reply-to")->value, ==, draft.in_reply_to);
  web_page_free(page);
  g_string_free(html, TRUE);
}

static void letters_in_html_are_shown_as_text(void)
{
  static const char letter[] =
      "Content-Type: text/html; charset=utf-8\r\n\r\n"
      "<html><style>p{}</style><p>Ol\xc3\xa1 <b>Bob</b> &lt;3<img src=//evil.example>\r\n";
  WebmailFrame frame = {WEBMAIL_EN, "beta.example", "bob@beta.example"};
  GString *html = webmail_page_letter(&frame, 7, bytes_from_string(letter));
  g_assert_null(strstr(html->str, "<img"));
  g_assert_null(strstr(html->str, "<style"));
  g_assert_nonnull(strstr(html->str, "Bob"));
  g_assert_nonnull(strstr(html->str, "&lt;3"));
  g_string_free(html, TRUE);
}

/* Text that begins with a line end keeps it: the answer's quotation stands below an empty line. */
static void an_answer_quotes(void)
{
  static const char letter[] = "From: Alice <alice@alpha.example>\r\nSubject: RE: x\r\nMessage-ID: <1@a>\r\n"
                               "Content-Type: text/plain\r\n\r\nhello\r\n> older\r\n\r\n";
  WebmailDraft draft;
  webmail_draft_reply(&draft, WEBMAIL_PT_BR, bytes_from_string(letter));
  g_assert_cmpstr(draft.to, ==, "Alice <alice@alpha.example>");
  g_assert_cmpstr(draft.subject, ==, "RE: x");
  g_assert_cmpstr(draft.in_reply_to, ==, "1@a");
  g_assert_cmpstr(draft.text, ==, "\n\nAlice <alice@alpha.example> escreveu:\n> hello\n>> older\n");
  WebmailFrame frame = {WEBMAIL_PT_BR, "beta.example", "bob@beta.example"};
  GString *html = webmail_page_write(&frame, &draft, WORD_COUNT, NULL);
  WebPage *page = parse(html->str);
  g_assert_cmpstr(web_form_find(web_page_find_form(page, "send"), "text")->value, ==, draft.text);
  g_assert_nonnull(strstr(html->str, "<html lang=\"pt-BR\">"));
  web_page_free(page);
  g_string_free(html, TRUE);
  webmail_draft_clear(&draft);
}

static void files_come_out_as_they_went_in(void)
{
  static const char letter[] =
      "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
      "--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n"
      "--b\r\nContent-Type: image/png; name=\"../a/dot.png\"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
      "iVBO\r\nRw0K\r\nGgo=\r\n"
      "--b\r\nContent-Type: text/plain; name=\"plain.txt\"\r\n\r\nas it is\r\n"
      "--b\r\nContent-Type: text/csv\r\nContent-Transfer-Encoding: "
      "quoted-printable\r\n\r\na=3Db\r\n--b--\r\n";
  static const struct {
    guint part;
    const char *name, *bytes;
    gsize length;
  } wanted[] = {{2, "dot.png", "\x89PNG\r\n\x1a\n", 8}, {3, "plain.txt", "as it is", 8}};
  g_autoptr(GArray) files = webmail_files_list(bytes_from_string(letter));
  g_assert_cmpuint(files->len, ==, 3);
  for (guint i = 0; i < G_N_ELEMENTS(wanted); i++) {
    const WebmailFile *file = &g_array_index(files, WebmailFile, i);
    g_autofree char *name = NULL;
    g_autoptr(GBytes) bytes = webmail_files_read(bytes_from_string(letter), wanted[i].part, &name);
    gsize length;
    const char *data = g_bytes_get_data(bytes, &length);
    g_assert_cmpuint(file->part, ==, wanted[i].part);
    g_assert_cmpuint(file->bytes, ==, wanted[i].length);
    g_assert_true(file->can_be_had);
    g_assert_cmpstr(name, ==, wanted[i].name);
    g_assert_cmpuint(length, ==, wanted[i].length);
    g_assert_true(memcmp(data, wanted[i].bytes, length) == 0);
  }
  g_assert_false(g_array_index(files, WebmailFile, 2).can_be_had);
  for (guint part = 0; part < 7; part++) {
    g_autofree char *name = NULL;
    g_autoptr(GBytes) bytes = webmail_files_read(bytes_from_string(letter), part, &name);
    g_assert_true((bytes != NULL) == (part == 2 || part == 3));
  }
}

static void every_word_is_there_in_both_languages(void)
{
  for (WebmailWord word = 0; word < WORD_COUNT; word++)
    for (WebmailLanguage language = 0; language < WEBMAIL_LANGUAGE_COUNT; language++)
      g_assert_true(webmail_word(language, word) != NULL && *webmail_word(language, word) != '\0');
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/web/words, links and forms are found", words_links_and_forms_are_found);
  g_test_add_func("/web/odd pages harm nobody", odd_pages_harm_nobody);
  g_test_add_func("/web/time is linear and items are counted", time_is_linear_and_items_are_counted);
  g_test_add_func("/web/addresses are resolved", addresses_are_resolved);
  g_test_add_func("/web/cookies go where they belong", cookies_go_where_they_belong);
  g_test_add_func("/web/strangers' words stay words", strangers_words_stay_words);
  g_test_add_func("/web/letters in HTML are shown as text", letters_in_html_are_shown_as_text);
  g_test_add_func("/web/an answer quotes", an_answer_quotes);
  g_test_add_func("/web/files come out as they went in", files_come_out_as_they_went_in);
  g_test_add_func("/web/every word is there in both languages", every_word_is_there_in_both_languages);
  return g_test_run();
}
