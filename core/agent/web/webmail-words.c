/* SPDX-License-Identifier: MIT */
/* The words of the pages, in both languages. */
#include "agent/web/webmail-words.h"

static const char *const words[WORD_COUNT][WEBMAIL_LANGUAGE_COUNT] = {
    [WORD_LANG] = {"en", "pt-BR"},
    [WORD_LOG_IN] = {"Log in", "Entrar"},
    [WORD_USER] = {"User or e-mail address", "Usuário ou endereço de e-mail"},
    [WORD_PASSWORD] = {"Password", "Senha"},
    [WORD_WRONG] = {"This user and this password do not go together. Check both and try again.",
                    "Este usuário e esta senha não combinam. Confira os dois e tente de novo."},
    [WORD_EXPIRED] = {"Your session is over. Log in to go on.",
                      "Sua sessão terminou. Entre de novo para continuar."},
    [WORD_LOGGED_OUT] = {"You are logged out. See you soon!", "Você saiu. Até breve!"},
    [WORD_INBOX] = {"Inbox", "Caixa de entrada"},
    [WORD_WRITE] = {"Write", "Escrever"},
    [WORD_LOG_OUT] = {"Log out", "Sair"},
    [WORD_FROM] = {"From", "De"},
    [WORD_TO] = {"To", "Para"},
    [WORD_CC] = {"Cc", "Cc"},
    [WORD_SUBJECT] = {"Subject", "Assunto"},
    [WORD_DATE] = {"Date", "Data"},
    [WORD_TEXT] = {"Text", "Texto"},
    [WORD_SEND] = {"Send", "Enviar"},
    [WORD_REPLY] = {"Reply", "Responder"},
    [WORD_DELETE] = {"Delete", "Apagar"},
    [WORD_EMPTY] = {"There is no mail here.", "Não há mensagens aqui."},
    [WORD_NO_SUBJECT] = {"(no subject)", "(sem assunto)"},
    [WORD_NO_TEXT] = {"(no text)", "(sem texto)"},
    [WORD_NO_NAME] = {"(no name)", "(sem nome)"},
    [WORD_NEW] = {"new", "nova"},
    [WORD_SENT] = {"Your message is on its way.", "Sua mensagem está a caminho."},
    [WORD_DELETED] = {"The message is deleted.", "A mensagem foi apagada."},
    [WORD_ATTACHMENTS] = {"Attachments", "Anexos"},
    [WORD_OLDER] = {"Older", "Mais antigas"},
    [WORD_NEWER] = {"Newer", "Mais novas"},
    [WORD_WROTE] = {"wrote:", "escreveu:"},
    [WORD_FAULT] = {"This did not work", "Não deu certo"},
    [WORD_NO_PAGE] = {"There is no such page here.", "Não existe tal página aqui."},
    [WORD_NO_MESSAGE] = {"This message is not here any more.", "Esta mensagem não está mais aqui."},
    [WORD_METHOD] = {"This page does not take that kind of request.",
                     "Esta página não aceita esse tipo de pedido."},
    [WORD_FOREIGN] = {"This form was sent from another site, so nothing was done.",
                      "Este formulário veio de outro site, por isso nada foi feito."},
    [WORD_SILENT] =
        {"The mail server behind this page does not answer. Try again in a while.",
         "O servidor de correio por trás desta página não responde. Tente de novo daqui a pouco."},
    [WORD_REFUSED] = {"The mail server did not take it. It said:",
                      "O servidor de correio não aceitou. Ele disse:"},
    [WORD_NOBODY] = {"Say whom the message is for, by an address such as alice@alpha.example.",
                     "Diga para quem é a mensagem, com um endereço como alice@alpha.example."},
};

const char *webmail_word(WebmailLanguage language, WebmailWord word)
{
  return words[word][language];
}
