//! Words the rules know: closed classes, verbs of reporting in all inflections, nouns of people.
//!
//! No word is here for the sake of one article. Verbs are listed by their base form and inflected
//! by rule; irregular ones spell their past out. What a word is not said to be, it is taken for a
//! noun or an adjective. English only.

use std::collections::HashMap;
use std::sync::LazyLock;

/// A closed class or a kind of noun that a word may belong to; a word can be in several.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Class {
    Determiner,
    SubjectPronoun,
    ObjectPronoun,
    Possessive,
    Preposition,
    Conjunction,
    Subordinator,
    Relative,
    Auxiliary,
    Modal,
    Negation,
    Adverb,
    Number,
    Person,
    Body,
    Document,
    Title,
    Month,
    Weekday,
    Connective,
    Particle,
    Question,
    Evaluative,
    Comparison,
    Cause,
    Procedure,
    Demonstrative,
    BeForm,
    Unit,
    Of,
    WithLike,
}

/// How a verb of reporting takes its content; a verb can have several.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Frame {
    /// "said that the road was closed"
    That,
    /// "said the road was closed"
    Bare,
    /// "told reporters that the road was closed"
    Addressee,
    /// "described the road as a danger"
    As,
    /// "called the road a danger"
    Call,
    /// Only people and bodies do it: "said", "replied"; documents and events may "show" or "suggest".
    Speech,
}

/// Which inflections a written form may be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Form {
    Base,
    Singular,
    Past,
    Ing,
    Participle,
}

/// What the lexicon knows of one written form, in lower case.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(super) struct Word {
    classes: u32,
    frames: u8,
    forms: u8,
    noun: bool,
}

impl Word {
    pub(super) const fn is(self, class: Class) -> bool {
        self.classes & (1 << class as u32) != 0
    }

    pub(super) const fn takes(self, frame: Frame) -> bool {
        self.frames & (1 << frame as u8) != 0
    }

    pub(super) const fn reports(self) -> bool {
        self.frames != 0
    }

    pub(super) const fn form(self, form: Form) -> bool {
        self.forms & (1 << form as u8) != 0
    }

    pub(super) const fn is_verb(self) -> bool {
        self.forms != 0
    }

    /// A verb whose base or singular form is as often a noun: "plan", "claims".
    pub(super) const fn may_be_noun(self) -> bool {
        self.noun
    }

    /// Belongs to a closed class: neither noun, name nor verb.
    pub(super) const fn is_function(self) -> bool {
        const OPEN: u32 = (1 << Class::Person as u32)
            | (1 << Class::Body as u32)
            | (1 << Class::Document as u32)
            | (1 << Class::Title as u32)
            | (1 << Class::Month as u32)
            | (1 << Class::Weekday as u32)
            | (1 << Class::Evaluative as u32)
            | (1 << Class::Comparison as u32)
            | (1 << Class::Cause as u32)
            | (1 << Class::Procedure as u32)
            | (1 << Class::Unit as u32)
            | (1 << Class::Number as u32);
        self.classes & !OPEN != 0
    }
}

/// Looks a word up; `lower` is in lower case with straight apostrophes.
pub(super) fn look_up(lower: &str) -> Word {
    WORDS
        .get(lower)
        .copied()
        .unwrap_or_else(|| by_suffix(lower))
}

/// Returns the past tense that a noun of deciding stands for: "decision" gives "decided".
pub(super) fn deed_to(noun: &str) -> Option<&'static str> {
    DEEDS_TO.iter().find(|(n, _)| *n == noun).map(|(_, v)| *v)
}

/// Returns the past tense and the preposition that a noun of action stands for: "cancellation of" gives "cancelled".
pub(super) fn deed_of(noun: &str) -> Option<(&'static str, &'static str)> {
    DEEDS_OF
        .iter()
        .find(|(n, _, _)| *n == noun)
        .map(|(_, p, v)| (*p, *v))
}

/// Says whether a noun names something said: "claim", "warning".
pub(super) fn is_saying(noun: &str) -> bool {
    SAYINGS.contains(&noun)
}

/// Returns the finite form of a participle: "threatening" gives "threatens", "threaten" or "threatened".
pub(super) fn finite_of(ing: &str, plural: bool, past: bool) -> Option<String> {
    let verb = FINITE.get(ing)?;
    Some(match (past, plural) {
        (true, _) => verb.past.clone(),
        (false, true) => verb.base.clone(),
        (false, false) => verb.singular.clone(),
    })
}

/// Says whether only its ending makes the word an adverb.
pub(super) fn ends_like_adverb(lower: &str) -> bool {
    lower.ends_with("ly") && !WORDS.contains_key(lower)
}

/// Nouns and names that end like adverbs.
const LIKE_ADVERBS: &str = "family supply anomaly monopoly rally assembly italy sicily kelly reilly \
                            tully connolly donnelly connelly emily sally molly billy polly holly \
                            kimberly beverly";

fn by_suffix(lower: &str) -> Word {
    let mut word = Word::default();
    if !lower.is_ascii() || lower.len() < 5 || lower.contains('.') {
        return word;
    }
    if lower.ends_with("ly") {
        if LIKE_ADVERBS.split_whitespace().any(|w| w == lower) {
            return word;
        }
        word.classes |= 1 << Class::Adverb as u32;
    } else if lower.ends_with("ed") && !lower.ends_with("eed") {
        word.forms |= (1 << Form::Past as u8) | (1 << Form::Participle as u8);
    } else if lower.ends_with("ing") && lower.len() > 5 {
        word.forms |= 1 << Form::Ing as u8;
    }
    word
}

static WORDS: LazyLock<HashMap<String, Word>> = LazyLock::new(|| {
    let mut words: HashMap<String, Word> = HashMap::new();
    for (class, list) in CLASSES {
        for word in list.split_whitespace() {
            words.entry(word.to_owned()).or_default().classes |= 1 << *class as u32;
            let plural = matches!(class, Class::Person | Class::Body | Class::Document);
            if plural && !word.ends_with('s') {
                words.entry(plural_of(word)).or_default().classes |= 1 << *class as u32;
            }
        }
    }
    for (frames, list) in VERBS {
        let frames = frames.iter().fold(0, |all, f| all | 1 << *f as u8);
        for verb in list.split_whitespace() {
            add_verb(&mut words, verb, frames);
        }
    }
    for noun in NOUNS_TOO.split_whitespace() {
        for form in [noun.to_owned(), plural_of(noun)] {
            if let Some(word) = words.get_mut(&form) {
                word.noun = true;
            }
        }
    }
    words
});

fn plural_of(word: &str) -> String {
    match word.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ if word.ends_with("man") => format!("{}men", &word[..word.len() - 3]),
        _ if word.ends_with(['x', 's']) || word.ends_with("ch") || word.ends_with("sh") => {
            format!("{word}es")
        }
        _ => format!("{word}s"),
    }
}

/// The written forms of a verb.
struct Verb {
    base: String,
    singular: String,
    past: String,
    participle: String,
    ing: String,
}

static FINITE: LazyLock<HashMap<String, Verb>> = LazyLock::new(|| {
    let all = VERBS.iter().flat_map(|(_, list)| list.split_whitespace());
    let verbs = all.filter(|v| *v != "be").map(Verb::inflect);
    verbs.map(|v| (v.ing.clone(), v)).collect()
});

impl Verb {
    /// Inflects a verb written `base`, `base+` (doubles its last letter), `base:past` or `base:past:participle`.
    fn inflect(written: &str) -> Self {
        let mut parts = written.split(':');
        let first = parts.next().unwrap_or_default();
        let base = first.trim_end_matches('+');
        let doubled = first.ends_with('+');
        let past = parts.next();
        let participle = parts.next().or(past);
        let last = base.chars().last().unwrap_or('e');
        let soft = base
            .strip_suffix('e')
            .filter(|s| !s.ends_with(['e', 'o', 'y']));
        let stem = if doubled {
            format!("{base}{last}")
        } else {
            soft.unwrap_or(base).to_owned()
        };
        let ing = match base.strip_suffix("ie") {
            Some(short) => format!("{short}ying"),
            None => format!("{stem}ing"),
        };
        let regular = match base.strip_suffix('y') {
            Some(short) if !short.ends_with(['a', 'e', 'o', 'u']) => format!("{short}ied"),
            _ if base.ends_with('e') => format!("{base}d"),
            _ => format!("{stem}ed"),
        };
        Self {
            base: base.to_owned(),
            singular: plural_of(base),
            past: past.unwrap_or(&regular).to_owned(),
            participle: participle.unwrap_or(&regular).to_owned(),
            ing,
        }
    }
}

fn add_verb(words: &mut HashMap<String, Word>, written: &str, frames: u8) {
    let verb = Verb::inflect(written);
    for (form, text) in [
        (Form::Base, verb.base),
        (Form::Singular, verb.singular),
        (Form::Past, verb.past),
        (Form::Participle, verb.participle),
        (Form::Ing, verb.ing),
    ] {
        let word = words.entry(text).or_default();
        word.forms |= 1 << form as u8;
        word.frames |= frames;
    }
}

const CLASSES: &[(Class, &str)] = &[
    (
        Class::Determiner,
        "a an the this that these those each every some any no all both either neither another such many few several most more his her its their our my your",
    ),
    (Class::Demonstrative, "this that these those such"),
    (Class::Possessive, "his her its their our my your whose"),
    (
        Class::SubjectPronoun,
        "he she they we i you it who one everyone someone nobody",
    ),
    (
        Class::ObjectPronoun,
        "him her them us me you it himself herself themselves itself myself",
    ),
    (
        Class::Preposition,
        "of in on at by for with from to into onto over under about against between among across through during without within towards toward upon after before since until despite amid around behind beyond near off out per via throughout like unlike than regarding concerning above below along beside besides inside outside following including",
    ),
    (Class::Conjunction, "and or but nor yet &"),
    (
        Class::Subordinator,
        "that because although though while whereas when whenever if unless until since after before as once so whether where why how lest",
    ),
    (Class::Relative, "who which whom whose"),
    (
        Class::Question,
        "who what when where why how which whose whom is are was were do does did can could would will should has have",
    ),
    (
        Class::Auxiliary,
        "is are was were am has have had do does did 's 're 've isn't aren't wasn't weren't hasn't haven't hadn't don't doesn't didn't",
    ),
    (
        Class::BeForm,
        "is are was were am be been being 's 're isn't aren't wasn't weren't",
    ),
    (
        Class::Modal,
        "can could may might must shall should will would ought can't cannot couldn't won't wouldn't shouldn't mustn't",
    ),
    (Class::Negation, "not never n't"),
    (
        Class::Adverb,
        "also then later still now already just once again ever often always sometimes soon earlier recently previously repeatedly even only too almost nearly about perhaps maybe instead rather quite very well further first thereby therefore thus hence however meanwhile together abroad away back far long not never",
    ),
    (
        Class::Connective,
        "however meanwhile moreover furthermore besides therefore thus hence nevertheless nonetheless still yet instead consequently additionally indeed finally separately similarly likewise overall",
    ),
    (
        Class::Number,
        "one two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion trillion dozen dozens hundreds thousands millions billions half third quarter double triple",
    ),
    (Class::Of, "of"),
    (Class::WithLike, "with amid"),
    (
        Class::Unit,
        "percent per-cent % dollars euros pounds kilometers kilometres miles tonnes tons degrees votes people seats jobs years months points rate",
    ),
    (
        Class::Month,
        "january february march april may june july august september october november december jan. feb. mar. apr. aug. sept. sep. oct. nov. dec.",
    ),
    (
        Class::Weekday,
        "monday tuesday wednesday thursday friday saturday sunday today yesterday tomorrow",
    ),
    (
        Class::Title,
        "mr mr. mrs mrs. ms ms. dr dr. prof prof. sen sen. rep rep. gov gov. gen gen. lt lt. col col. capt capt. sgt sgt. maj maj. adm adm. rev rev. hon hon. pres pres. cllr cllr. insp insp. det det. supt supt. fr fr. mx mx. revd revd. cmdr cmdr. cpl cpl. brig brig. sir dame lord lady st.",
    ),
    (
        Class::Person,
        "official spokesman spokeswoman spokesperson minister president premier chancellor secretary advisor adviser aide analyst expert critic senator congressman congresswoman lawmaker legislator governor mayor councillor councilor councilman councilwoman judge justice lawyer attorney prosecutor witness professor scientist researcher economist doctor physician nurse teacher student activist campaigner advocate leader chief head director manager executive ceo chairman chairwoman chairperson chair founder owner coach player captain editor journalist reporter author writer historian diplomat ambassador envoy commander general admiral colonel lieutenant sergeant officer detective sheriff soldier resident neighbour neighbor voter farmer worker driver investor trader banker regulator inspector investigator engineer developer commissioner counselor counsellor attaché correspondent negotiator mediator observer commentator pollster strategist supporter opponent rival ally colleague friend parent mother father brother sister son daughter wife husband man woman people person child citizen protester demonstrator organizer organiser rebel militant candidate nominee delegate representative deputy speaker pope bishop king queen prince princess pastor priest rabbi imam imam-leader lord baron magistrate coroner superintendent warden trustee treasurer clerk registrar principal dean rector provost chancellor undersecretary under-secretary vice-president co-founder cofounder whistleblower source insider spokespeople scholar specialist consultant physicist biologist chemist epidemiologist climatologist meteorologist geologist astronomer psychologist sociologist virologist conservationist environmentalist artist actor singer musician filmmaker producer architect designer striker goalkeeper defender midfielder trainer referee umpire athlete victim survivor passenger pilot firefighter paramedic policeman policewoman premier taoiseach democrat republican conservative liberal other member backbencher counterpart predecessor successor",
    ),
    (
        Class::Body,
        "government ministry department office administration agency police army military navy parliament congress senate house council committee commission court party union company firm corporation bank group organization organisation association federation foundation charity university college school hospital institute center centre board authority bureau embassy palace pentagon kremlin campaign team club league cabinet coalition opposition industry newspaper magazine broadcaster network watchdog regulator startup airline operator utility developer publisher media press prosecution defence defense service force fund nation country state city side mission secretariat laboratory lab think-tank society trust",
    ),
    (
        Class::Document,
        "report study survey poll statement document lawsuit letter filing paper memo email tweet post article indictment complaint ruling review audit analysis data figures statistics records testimony communique communiqué bulletin note transcript website",
    ),
    (Class::Particle, "up down off out on over away back"),
    (
        Class::Evaluative,
        "beautiful wonderful amazing awful terrible horrible great greatest best worst disgraceful shameful brilliant fantastic pathetic ridiculous stupid lovely perfect sad tragic outrageous unacceptable delicious boring exciting magnificent deserve deserves pivotal fragility hopeful crossroads bleak grim charming elegant",
    ),
    (
        Class::Comparison,
        "more less fewer higher lower larger smaller greater bigger highest lowest largest smallest most least record double twice half than faster slower older youngest oldest first rose fell increased decreased grew dropped declined doubled tripled surged",
    ),
    (
        Class::Cause,
        "because caused causes led leads resulted due prompted prompts triggered therefore",
    ),
    (
        Class::Procedure,
        "voted vote votes law bill resolution court ruled ruling signed passed approved rejected banned vetoed abstained sanctions elected convicted charged arrested killed died injured treaty agreement ceasefire budget tax nonbinding policy deal contract",
    ),
];

const VERBS: &[(&[Frame], &str)] = &[
    (
        &[Frame::That, Frame::Bare, Frame::Speech],
        "say:said claim announce note add insist argue warn acknowledge assert contend declare predict reply respond explain concede admit+:admitted complain boast joke stipulate recall caution allege reiterate repeat tweet write:wrote:written post testify quip+ swear:swore:sworn vow promise report conclude state estimate",
    ),
    (
        &[Frame::That, Frame::Bare],
        "think:thought believe fear worry hope suspect feel:felt know:knew:known suggest doubt expect anticipate assume reckon figure guess wish show:showed:shown find:found indicate reveal mean:meant realize realise understand:understood imagine hear:heard learn see:saw:seen",
    ),
    (
        &[Frame::That, Frame::Speech],
        "maintain emphasize emphasise stress affirm confirm deny clarify observe remark mention hint imply point-out state opine proclaim pronounce profess confess disclose divulge relate recount lament bemoan marvel pledge signal agree counter retort rebut+:rebutted protest attest certify verify calculate speculate theorize hypothesize posit postulate propose recommend urge demand underline underscore highlight demonstrate prove establish determine discover decide rule",
    ),
    (
        &[Frame::That, Frame::Addressee, Frame::Speech],
        "tell:told inform assure remind notify convince persuade brief",
    ),
    (
        &[Frame::As],
        "criticize criticise describe denounce condemn characterize characterise portray depict dismiss hail praise brand label cast:cast view see:saw:seen regard slam+ decry blast paint reject identify define frame interpret perceive deride mock welcome defend attack cite recognize recognise lambast ridicule disparage tout treat hailed-as celebrate",
    ),
    (
        &[Frame::Call],
        "call brand label deem dub+ consider name term",
    ),
    (
        &[],
        "be abandon abstain accelerate accept accompany accuse achieve acquire act adapt address adjust adopt advance advise advocate affect afford aim allow alter amend analyze appeal appear apply appoint approve arm arrange arrest arrive ask assassinate assess assist attempt attend attract authorize avoid award back ban+ bar+ base beat:beat:beaten become:became:become beg+ begin:began:begun belong bid:bid block boost borrow break:broke:broken bring:brought build:built burn buy:bought calm cancel cancel+ capture care carry catch:caught cause cease challenge change charge chase check choose:chose:chosen cite clash clear close collapse collect come:came:come command commit+ compare compete complete comply conduct confront connect consist constitute construct contain continue contribute control+ convert convict cooperate cost:cost cover create criticise cross cut:cut damage deal:dealt decline decrease defeat deliver depart depend deploy describe deserve design destroy detain deteriorate develop die differ direct disagree disappear discuss displace dispute disrupt distribute divide do:did:done double draft draw:drew:drawn drive:drove:driven drop+ earn ease eat:ate:eaten elect eliminate emerge employ enable encourage end endorse enforce engage enhance enjoy ensure enter erupt escalate escape evacuate exacerbate examine exceed exchange execute exist expand expel+ experience expire exploit explode explore export express extend face fail fall:fell:fallen favor favour feature feed:fed fight:fought fill finance fine finish fire flee:fled flood fly:flew:flown follow forbid:forbade:forbidden force form free freeze:froze:frozen fuel fund gain gather generate get:got:gotten give:gave:given go:went:gone govern grant grow:grew:grown guarantee guide halt handle hang:hung happen harm have:had head help highlight hire hit:hit hold:held host house hurt:hurt ignore impact impose improve include increase induce inflict influence inherit injure inspect install intend intensify interview introduce invade invest investigate invite involve issue join jump justify keep:kept kick kill knock lack land last launch lay:laid lead:led leak lean leave:left lend:lent let:let lie lift limit link list live lose:lost lower make:made manage mark mediate meet:met migrate monitor mount move murder narrow navigate negotiate notice obtain occupy occur offer open operate oppose order organize organise originate oust outline overcome:overcame:overcome oversee:oversaw:overseen owe own pass pay:paid perform permit+ persist pick place plan+ play plead pledge poison poll pose possess prefer+ prepare present preserve press prevent print prioritize produce prohibit promote prompt prosecute protect provide provoke publish pull punish purchase pursue push put:put qualify question quit:quit raid raise rally rank reach react read:read rebuild:rebuilt receive recognize recommend record recover recruit redeem reduce reelect reflect refuse regain reject release rely remain remove renew reopen repair repeal replace request require rescue reshape resign resist resolve restore restrict result resume retain retire retreat retrieve return reverse revise ride:rode:ridden rise:rose:risen rob+ run:ran:run sack sail sanction save scrap+ seek:sought seize sell:sold send:sent separate serve set:set settle shape share shift shoot:shot shut:shut shut-down sign sink:sank:sunk sit:sat slow smuggle solve spark speak:spoke:spoken spend:spent split:split spread:spread stage stand:stood star+ start stay steal:stole:stolen stem+ step+ stop+ store storm strengthen strike:struck strip+ struggle study submit+ succeed sue suffer supply support surge surpass surrender survive suspend sustain swear:swore:sworn sweep:swept switch take:took:taken talk target teach:taught tear:tore:torn tend test thank threaten throw:threw:thrown tie tighten tour trade train transfer+ transform travel treat trigger triple try turn undergo:underwent:undergone underestimate undermine unfold unite unveil update uphold:upheld use use+ vary veto visit vote wait walk want waste watch weaken weigh widen win:won withdraw:withdrew:withdrawn withhold:withheld witness wonder work wound yield reassess emerge exist suffer navigate lose total average range stem belong own coach score finish host tie defeat",
    ),
];

/// Verbs whose base or singular form is as often a noun.
const NOUNS_TOO: &str = "act address aim appeal arm arrest attack attempt award back ban bar base bid block boost break burn care cast cause challenge change charge chase check claim clash close collapse command compare control cost cover cross cut damage deal decline decrease defeat delay demand deploy design direct dispute divide double doubt draft draw drive drop ease end estimate exchange experience export face fall favor favour fear feature feed fight figure fill fine finish fire flood fly focus force form fuel fund gain govern grant guarantee guess guide halt hang harm head help hit hold hope host house hurt impact increase influence interview invite issue joke judge jump kick knock label lack land last launch lead leak lie lift limit link list lower mark mount move murder name note notice offer open order outline own pass pay permit pick place plan play pledge point poison poll pose post present press print produce progress prompt protest pull push question quit raid raise rally range rank reach record release remark repair repeal report request rescue result return review ride rise rule run sanction save score set shape share shift shoot show sign signal slam slow smoke sound spark spend split spread stage stand star start state stay stem step stop store storm stress strike struggle study supply support surge suspect swing switch talk target tear term test thank threat tie total tour trade train transfer travel treat trigger try turn update use veto view visit vote vow wait walk want waste watch welcome win wish witness wonder work worry wound yield average coach paint brand";

const DEEDS_TO: &[(&str, &str)] = &[
    ("decision", "decided"),
    ("refusal", "refused"),
    ("plan", "planned"),
    ("plans", "planned"),
    ("move", "moved"),
    ("vow", "vowed"),
    ("pledge", "pledged"),
    ("promise", "promised"),
    ("threat", "threatened"),
    ("offer", "offered"),
    ("attempt", "attempted"),
    ("attempts", "attempted"),
    ("bid", "sought"),
    ("effort", "tried"),
    ("efforts", "tried"),
    ("failure", "failed"),
    ("agreement", "agreed"),
    ("proposal", "proposed"),
    ("choice", "chose"),
    ("intention", "intended"),
    ("desire", "wanted"),
    ("wish", "wished"),
    ("reluctance", "was reluctant"),
    ("willingness", "was willing"),
    ("unwillingness", "was unwilling"),
    ("readiness", "was ready"),
    ("ability", "was able"),
    ("inability", "was unable"),
    ("right", "has the right"),
    ("determination", "was determined"),
    ("request", "asked"),
    ("commitment", "committed"),
    ("vote", "voted"),
    ("resolve", "resolved"),
];

const DEEDS_OF: &[(&str, &str, &str)] = &[
    ("cancellation", "of", "cancelled"),
    ("rejection", "of", "rejected"),
    ("approval", "of", "approved"),
    ("adoption", "of", "adopted"),
    ("annexation", "of", "annexed"),
    ("invasion", "of", "invaded"),
    ("occupation", "of", "occupied"),
    ("bombing", "of", "bombed"),
    ("withdrawal", "from", "withdrew from"),
    ("departure", "from", "departed from"),
    ("resignation", "from", "resigned from"),
    ("abstention", "from", "abstained from"),
    ("acquisition", "of", "acquired"),
    ("purchase", "of", "purchased"),
    ("sale", "of", "sold"),
    ("arrest", "of", "arrested"),
    ("dismissal", "of", "dismissed"),
    ("appointment", "of", "appointed"),
    ("nomination", "of", "nominated"),
    ("condemnation", "of", "condemned"),
    ("endorsement", "of", "endorsed"),
    ("handling", "of", "handled"),
    ("seizure", "of", "seized"),
    ("suspension", "of", "suspended"),
    ("termination", "of", "terminated"),
    ("postponement", "of", "postponed"),
    ("deployment", "of", "deployed"),
    ("closure", "of", "closed"),
    ("destruction", "of", "destroyed"),
    ("ratification", "of", "ratified"),
    ("recognition", "of", "recognised"),
    ("violation", "of", "violated"),
];

const SAYINGS: &[&str] = &[
    "claim",
    "claims",
    "statement",
    "statements",
    "warning",
    "warnings",
    "announcement",
    "insistence",
    "assertion",
    "assertions",
    "argument",
    "contention",
    "allegation",
    "allegations",
    "accusation",
    "accusations",
    "admission",
    "belief",
    "view",
    "prediction",
    "conclusion",
    "suggestion",
    "remark",
    "remarks",
    "comment",
    "comments",
    "confirmation",
    "acknowledgement",
    "acknowledgment",
    "assessment",
    "fear",
    "fears",
    "concern",
    "concerns",
    "denial",
    "assurance",
    "assurances",
    "declaration",
    "finding",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbs_are_inflected() {
        for (form, frame) in [
            ("stressing", Frame::That),
            ("denied", Frame::That),
            ("admitted", Frame::Bare),
            ("worries", Frame::Bare),
            ("wrote", Frame::Speech),
            ("criticising", Frame::As),
            ("dubbed", Frame::Call),
            ("told", Frame::Addressee),
            ("slamming", Frame::As),
        ] {
            assert!(look_up(form).takes(frame), "{form}");
        }
        assert!(look_up("lying").form(Form::Ing) && look_up("agreed").form(Form::Past));
    }

    #[test]
    fn unknown_words_go_by_their_ending() {
        assert!(look_up("quietly").is(Class::Adverb));
        assert!(look_up("zorbed").form(Form::Past));
        assert_eq!(look_up("résumé"), Word::default());
    }
}
