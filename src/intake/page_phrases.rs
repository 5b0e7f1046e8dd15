//! What pages say that are no articles, in the form of [`super::page_words::plain`]: lower case,
//! without figures, apostrophes and punctuation.

/// Titles of error pages.
pub(super) const ERROR_TITLES: &[&str] = &[
    "page not found", "not found", "page does not exist", "page doesnt exist", "page is missing",
    "page cannot be found", "page cant be found", "page unavailable", "page no longer exists",
    "nothing found", "nothing here", "cant find that page", "couldnt find that page",
    "could not find that page", "cannot find", "we couldnt find", "we cant find", "page has moved",
    "story not found", "article not found", "content not found", "no longer available",
    "something went wrong", "internal server error", "server error", "service unavailable",
    "bad gateway", "gateway timeout", "temporarily unavailable", "access denied", "forbidden",
    "error", "oops", "gone", "seite nicht gefunden", "nicht gefunden", "seite existiert nicht",
    "seite nicht verfügbar", "nicht mehr verfügbar", "fehler", "zugriff verweigert",
    "page introuvable", "page non trouvée", "introuvable", "cette page nexiste pas",
    "page inexistante", "accès refusé", "erreur", "página no encontrada", "no encontrada",
    "no se encuentra", "no se ha encontrado", "página no existe", "acceso denegado",
    "stránka nenalezena", "nie znaleziono", "страница не найдена", "pagina non trovata",
    "pagina niet gevonden", "página não encontrada",
];

/// Sentences of error pages.
pub(super) const ERROR_SENTENCES: &[&str] = &[
    "page you are looking for", "page you were looking for", "page youre looking for",
    "page you requested", "page you have requested", "page you tried to", "page could not be found",
    "page may have been", "page might have been", "may have been moved", "may have been removed",
    "may have been deleted", "has been moved or", "was moved or", "article you are looking for",
    "article you were looking for", "story you are looking for", "story you were looking for",
    "requested url was not found", "does not exist on this server", "we cant find the page",
    "we couldnt find the page", "we could not find the page", "cannot find the page",
    "link you followed", "address you entered", "url you entered", "check the address",
    "dont have permission to access", "do not have permission to access",
    "angeforderte seite", "gesuchte seite", "seite wurde nicht gefunden",
    "seite konnte nicht gefunden", "seite existiert nicht", "seite ist nicht mehr",
    "leider nicht gefunden", "adresse falsch", "page que vous cherchez",
    "page que vous recherchez", "page demandée", "page nexiste", "na pas été trouvée",
    "la página que busca", "la página que buscas", "página solicitada", "la página que intenta",
    "página no existe", "no hemos encontrado", "no pudimos encontrar", "hledaná stránka",
    "nie istnieje", "запрашиваемая страница",
];

/// Titles of pages that check who asks.
pub(super) const BOT_TITLES: &[&str] = &[
    "just a moment", "attention required", "are you a robot", "are you human", "access denied",
    "verify you are human", "verifying you are human", "verify that you are", "human verification",
    "security check", "checking your browser", "one more step", "pardon our interruption",
    "please wait", "robot check", "bot check", "unusual traffic", "forbidden", "blocked", "einen moment",
    "sicherheitsüberprüfung", "sicherheitsprüfung", "sind sie ein roboter", "sind sie ein mensch",
    "zugriff verweigert", "un instant", "vérification de sécurité", "êtes vous un robot",
    "êtes vous humain", "accès refusé", "un momento", "verificación de seguridad",
    "eres humano", "eres un robot", "acceso denegado", "проверка", "okamžik prosím",
];

/// Sentences of pages that check who asks.
pub(super) const BOT_SENTENCES: &[&str] = &[
    "verify you are human", "verifying you are human", "verify that you are human",
    "verify youre human", "prove you are human", "confirm you are human", "confirm that you are human",
    "you are not a robot", "youre not a robot", "not a robot", "not a bot", "checking your browser",
    "checking if the site connection is secure", "review the security of your connection",
    "needs to review the security", "complete the security check", "complete the captcha",
    "solve the puzzle", "unusual traffic", "unusual activity", "automated access",
    "automated requests", "automated traffic", "access to this page has been denied",
    "you have been blocked", "your request has been blocked", "request was blocked",
    "ddos protection", "ray id", "dass sie ein mensch", "dass sie kein roboter",
    "kein roboter", "ihr browser wird überprüft", "ungewöhnliche aktivität",
    "ungewöhnlichen datenverkehr", "que vous êtes humain", "que vous êtes un humain",
    "pas un robot", "vérification de votre navigateur", "activité inhabituelle",
    "trafic inhabituel", "que eres humano", "que usted es humano", "que es humano",
    "no eres un robot", "no es un robot", "no soy un robot", "comprobando su navegador",
    "comprobando tu navegador", "actividad inusual", "tráfico inusual",
];

/// Labels of buttons that consent.
pub(super) const ACCEPT: &[&str] = &[
    "accept", "agree", "i agree", "i accept", "allow all", "allow cookies", "consent", "got it",
    "yes i agree", "yes i accept", "ok accept", "continue and accept", "accept and continue",
    "agree and continue", "akzeptieren", "alle akzeptieren", "alles akzeptieren", "zustimmen",
    "allen zustimmen", "einverstanden", "ich stimme zu", "annehmen", "alle cookies akzeptieren",
    "cookies akzeptieren", "zustimmen und weiter", "mit werbung weiterlesen", "accepter",
    "tout accepter", "jaccepte", "accepter et", "accepter tout", "continuer avec", "aceptar",
    "aceptar todo", "acepto", "aceptar y", "permitir", "estoy de acuerdo", "přijmout", "souhlasím",
    "akceptuję", "zgadzam się", "принять", "согласен", "αποδοχή", "accetta", "accetto",
    "akkoord", "accepteren", "alles accepteren", "aceitar",
];

/// Sentences that ask for consent before anything is shown.
pub(super) const CONSENT_SENTENCES: &[&str] = &[
    "before you continue", "before you proceed", "we and our partners", "our partners store",
    "your consent to", "we need your consent", "with your consent", "accept cookies to",
    "accept all cookies to", "to continue accept", "consent to continue", "we value your privacy",
    "we care about your privacy", "your privacy matters", "manage your choices",
    "bevor sie fortfahren", "bevor sie weiterlesen", "wir und unsere partner", "ihre einwilligung",
    "ihre zustimmung", "ihrer zustimmung", "unsere partner speichern", "mit werbung und tracking",
    "avant de continuer", "nous et nos partenaires", "votre consentement",
    "nos partenaires stockons", "le respect de votre vie privée", "antes de continuar",
    "nosotros y nuestros socios", "su consentimiento", "tu consentimiento", "valoramos su privacidad",
    "nos importa su privacidad", "valoramos tu privacidad", "tu privacidad",
];

/// Words that lines about consent have.
pub(super) const CONSENT_WORDS: &[&str] = &[
    "cookie", "consent", "privacy", "tracking", "partners", "personal data", "personalised",
    "personalized", "advertising", "legitimate interest", "einwillig", "zustimm", "datenschutz",
    "partner", "werbung", "personenbezogen", "akzeptier", "consentement", "vie privée",
    "partenaires", "traceurs", "publicité", "données personnelles", "accepter", "consentimiento",
    "privacidad", "socios", "publicidad", "datos personales", "acepta", "abonnement", "abo ",
];

/// Words of forms to log in.
pub(super) const LOGIN: &[&str] = &[
    "log in", "login", "sign in", "signin", "log on", "sign into", "log into", "member area",
    "your account", "anmelden", "anmeldung", "einloggen", "melden sie sich an", "connexion",
    "se connecter", "connectez vous", "identifiez vous", "iniciar sesión", "inicia sesión",
    "inicie sesión", "iniciar sesion", "acceder", "identifíquese", "přihlášení", "přihlásit",
    "zaloguj", "logowanie", "войти", "вход", "accedi", "inloggen", "entrar",
];

/// Offers that stand where an article breaks off.
pub(super) const PAYWALL: &[&str] = &[
    "to continue reading", "continue reading with", "to keep reading", "keep reading with",
    "to read the full", "to read the rest", "to read this article in full", "read the full story with",
    "read the full article with", "to unlock this", "unlock this article", "unlock the full",
    "for subscribers only", "subscribers only", "only for subscribers", "exclusive to subscribers",
    "available to subscribers", "reserved for subscribers", "is for subscribers", "for members only",
    "is for members", "subscriber only", "subscriber exclusive", "premium article", "premium content",
    "already a subscriber", "already a member", "already subscribed", "subscribe to read",
    "subscribe to continue", "subscribe to keep", "subscribe now to", "subscribe to unlock",
    "subscribe for full access", "get full access", "become a subscriber to", "become a member to",
    "this content is for", "rest of this article", "weiterlesen mit", "um weiterzulesen",
    "jetzt weiterlesen", "diesen artikel weiterlesen", "artikel weiterlesen", "jetzt abonnieren und",
    "abonnieren sie jetzt", "nur für abonnenten", "für abonnenten", "abonnentinnen und abonnenten",
    "exklusiv für", "bereits abonnent", "sie sind bereits abonnent", "schon abonnent",
    "plus artikel", "testen sie jetzt", "vollständigen artikel", "vollen zugriff",
    "ganzen artikel lesen", "réservé aux abonnés", "réservée aux abonnés", "réservé à nos abonnés",
    "pour lire la suite", "lire la suite de cet article", "pour continuer à lire",
    "pour continuer la lecture", "la suite est réservée", "de cet article à lire", "déjà abonné", "déjà abonnée",
    "abonnez vous pour", "accédez à lintégralité", "article payant", "solo para suscriptores",
    "exclusivo para suscriptores", "exclusiva para suscriptores", "para suscriptores",
    "para seguir leyendo", "para continuar leyendo", "suscríbete para", "suscríbase para",
    "ya eres suscriptor", "ya es suscriptor", "ya soy suscriptor", "contenido exclusivo",
    "pro předplatitele", "dla subskrybentów", "tylko dla prenumeratorów", "для подписчиков",
    "per gli abbonati", "alleen voor abonnees", "exclusivo para assinantes",
];

/// Notices that count what may still be read, over a whole article.
pub(super) const METERED: &[&str] = &[
    "free articles left", "free articles remaining", "free article left", "free article remaining",
    "free articles this month", "of your free articles", "articles left this month",
    "articles remaining this month", "free stories left", "free articles", "kostenlose artikel",
    "freie artikel", "gratis artikel", "articles gratuits", "article gratuit", "artículos gratuitos",
    "artículos gratis",
];

/// Pages that show nothing without scripts.
pub(super) const NEEDS_SCRIPTS: &[&str] = &[
    "enable javascript", "javascript is disabled", "javascript is required", "requires javascript",
    "need javascript", "turn on javascript", "javascript to run this app", "activate javascript",
    "javascript must be enabled", "without javascript", "javascript aktivieren",
    "aktivieren sie javascript", "javascript ist deaktiviert", "activer javascript",
    "activez javascript", "javascript est désactivé", "habilite javascript", "active javascript",
    "activar javascript", "habilitar javascript", "javascript está desactivado",
];

/// What stands where scripts would put more.
pub(super) const LOADING: &[&str] = &[
    "loading", "please wait", "scroll to load", "scroll for more", "load more", "wird geladen",
    "lädt", "wird nachgeladen", "mehr laden", "chargement", "en cours de chargement", "charger plus",
    "cargando", "cargar más", "načítá", "ładowanie", "загрузка", "caricamento", "laden",
    "carregando",
];
