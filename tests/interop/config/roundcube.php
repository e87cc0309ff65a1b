<?php
// Roundcube on a host of its own; mail is read from Dovecot and sent through Postfix.
$config = [
    'db_dsnw' => 'sqlite:////var/lib/roundcube/mail.db?mode=0640',
    'imap_host' => 'mail.alpha.example:143',
    'imap_auth_type' => 'PLAIN',
    'smtp_host' => 'mail.alpha.example:587',
    'smtp_user' => '%u',
    'smtp_pass' => '%p',
    'smtp_helo_host' => 'webmail.alpha.example',
    'mail_domain' => 'alpha.example',
    'des_key' => 'rcmail-0123456789-abcdef',
    'product_name' => 'Webmail of alpha.example',
    'language' => 'en_GB',
    'skin' => 'elastic',
    'plugins' => [],
    'log_driver' => 'file',
    'session_lifetime' => 10,
    'use_https' => false,
    'enable_spellcheck' => false,
    'create_default_folders' => false,
    'mime_types' => null,
];
