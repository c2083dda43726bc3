import type { ErrorCode } from "@rostrum/protocol";
import type { FaultTexts } from "./faults-en.ts";

const again = "Versuchen Sie es noch einmal.";

const codes: Record<ErrorCode, string> = {
  "message.malformed": "Die Anfrage war nicht zu lesen. Laden Sie die Seite neu.",
  "message.too-large": "Das ist zu groß.",
  "method.unknown": "Diese Seite ist veraltet. Laden Sie sie neu.",
  "challenge.required": "Bitte zeigen Sie, dass Sie kein Programm sind, und versuchen Sie es noch einmal.",
  "input.invalid": "Bitte sehen Sie Ihre Angaben noch einmal an.",
  "token.missing": "Nehmen Sie zuerst am Webinar teil.",
  "token.invalid": "Dieser Link gilt nicht. Auf der Anmeldeseite bekommen Sie einen neuen.",
  "token.expired": "Ihre Teilnahme ist abgelaufen. Laden Sie die Seite neu.",
  "session.required": "Bitte loggen Sie sich ein.",
  "permission.denied": "Dazu haben Sie keine Berechtigung.",
  "not-found": "Das gibt es nicht oder nicht mehr.",
  conflict: "Das passt nicht zum jetzigen Stand. Laden Sie die Seite neu.",
  "rate.limited": "Zu viele Versuche. Bitte warten Sie eine Minute.",
  "webinar.not-live": "Dieses Webinar ist gerade nicht live.",
  "webinar.ended": "Dieses Webinar ist vorbei.",
  "registration.duplicate":
    "Diese Adresse ist schon angemeldet. Wir haben Ihnen Ihren persönlichen Link noch einmal geschickt.",
  "registration.closed": "Die Anmeldung ist geschlossen.",
  "poll.closed": "Diese Umfrage ist beendet.",
  "poll.already-voted": "Ihre Stimme ist schon gezählt.",
  "room.full": "Der Raum ist voll.",
  "stage.elsewhere": `Die Bühne zieht gerade um. ${again}`,
  "transport.unknown": `Die Verbindung ist abgerissen. ${again}`,
  "producer.unknown": "Diese Quelle gibt es nicht mehr.",
  "consumer.unknown": "Dieses Bild gibt es nicht mehr.",
  "rtp.invalid": "Bild oder Ton lassen sich so nicht übertragen.",
  "limit.reached": "Mehr geht nicht.",
  "node.draining": `Der Server wird gerade gewechselt. ${again}`,
  "node.unavailable":
    "Der Server ist nicht zu erreichen. Prüfen Sie Ihre Verbindung und versuchen Sie es noch einmal.",
  timeout: `Der Server hat nicht geantwortet. ${again}`,
  closed: "Die Verbindung ist abgerissen.",
  internal: "Bei uns ist etwas schiefgegangen.",
};

const sentences: Record<string, string> = {
  // Personal links and who may come in.
  "This link is not valid. Ask for a new one on the replay's page.":
    "Dieser Link gilt nicht. Auf der Seite der Aufzeichnung bekommen Sie einen neuen.",
  "This link is not complete.": "Dieser Link ist nicht vollständig.",
  "This link has been used or is too old. Ask for a new one.":
    "Dieser Link ist schon benutzt oder zu alt. Lassen Sie sich einen neuen schicken.",
  "You are no longer registered for this webinar.": "Sie sind für dieses Webinar nicht mehr angemeldet.",
  "There is no such webinar.": "Dieses Webinar gibt es nicht.",
  "There is no such recording.": "Diese Aufzeichnung gibt es nicht.",
  "You joined from another window or device.":
    "Sie nehmen jetzt in einem anderen Fenster oder auf einem anderen Gerät teil.",
  "The host has removed you from this webinar.": "Die Gastgeber haben Sie aus diesem Webinar entfernt.",
  "Your link is no longer valid.": "Ihr Link gilt nicht mehr.",
  "Reload the page: it is from another version.":
    "Laden Sie die Seite neu: Sie stammt aus einer anderen Version.",
  "You may not be in this webinar any more.": "Sie dürfen an diesem Webinar nicht mehr teilnehmen.",
  "There is no such attendee.": "Diese Person ist nicht angemeldet.",
  "The time to take this place is over. Register again to join the end of the line.":
    "Die Frist für diesen Platz ist vorbei. Melden Sie sich neu an, um sich wieder anzustellen.",
  "The time to confirm this registration is over. Please register again.":
    "Die Frist, diese Anmeldung zu bestätigen, ist vorbei. Bitte melden Sie sich neu an.",
  "Cancelled by the registrant.": "Von Ihnen selbst zurückgezogen.",
  "Declined the offered place.": "Sie haben den angebotenen Platz abgelehnt.",
  "Enter the passcode that you were given.": "Geben Sie das Kennwort ein, das Sie bekommen haben.",
  "Enter the passcode to come in.": "Geben Sie das Kennwort ein, um hineinzukommen.",
  "This passcode is not right.": "Dieses Kennwort stimmt nicht.",
  "Too many wrong passcodes. Please try again in ten minutes.":
    "Zu viele falsche Kennwörter. Bitte versuchen Sie es in zehn Minuten noch einmal.",
  "One moment: your browser has to do a little work first. Please register again.":
    "Einen Moment: Ihr Browser hat zuerst etwas zu rechnen. Bitte melden Sie sich noch einmal an.",
  "Please show that you are not a program, then register again.":
    "Bitte zeigen Sie, dass Sie kein Programm sind, und melden Sie sich dann noch einmal an.",
  "Registration has not opened yet.": "Die Anmeldung ist noch nicht offen.",
  "Registration is closed.": "Die Anmeldung ist geschlossen.",
  "This browser cannot play the stage's video: you are watching the broadcast.":
    "Dieser Browser kann das Bild der Bühne nicht zeigen: Sie sehen die Übertragung.",
  "This link is no invitation to the stage.": "Dieser Link ist keine Einladung auf die Bühne.",
  "You declined this invitation. Accept it first.":
    "Sie haben diese Einladung abgelehnt. Nehmen Sie sie zuerst an.",
  // Places.
  "{} You are watching the broadcast until one becomes free.":
    "{} Bis einer frei wird, sehen Sie die Übertragung.",
  "Every interactive seat is taken.": "Alle interaktiven Plätze sind belegt.",
  "Every server is full.": "Alle Server sind voll.",
  "This server is busy: you are watching the broadcast.":
    "Dieser Server ist ausgelastet: Sie sehen die Übertragung.",
  "No server can take you right now. Trying again.":
    "Im Augenblick kann kein Server Sie aufnehmen. Es wird weiter versucht.",
  "No server has room for you on stage right now. Trying again.":
    "Im Augenblick ist auf der Bühne kein Platz für Sie. Es wird weiter versucht.",
  "The stage is not reachable right now. Trying again.":
    "Die Bühne ist im Augenblick nicht zu erreichen. Es wird weiter versucht.",
  "No server can test with you right now. Try again later.":
    "Im Augenblick kann kein Server mit Ihnen testen. Versuchen Sie es später noch einmal.",
  "Too many people test right now.": "Gerade testen zu viele. Versuchen Sie es gleich noch einmal.",
  "The recording cannot be reached right now.": "Die Aufzeichnung ist im Augenblick nicht zu erreichen.",
  // In the room.
  "There is no such question.": "Diese Frage gibt es nicht mehr.",
  "There is no such poll.": "Diese Umfrage gibt es nicht mehr.",
  "The poll has no such option.": "Diese Antwort gibt es in der Umfrage nicht.",
  "This hand is not up any more.": "Diese Hand ist nicht mehr oben.",
  "The host has not invited you on stage, or has taken the invitation back.":
    "Sie sind nicht auf die Bühne eingeladen, oder die Einladung wurde zurückgenommen.",
  "The host has not called you on stage.": "Sie sind nicht auf die Bühne gebeten.",
  "That is not possible now.": "Das geht im Augenblick nicht.",
  "Captions are taken while the webinar is live.":
    "Untertitel werden angenommen, während das Webinar live ist.",
  "Only the studio writes captions.": "Untertitel schreibt nur das Studio.",
  "Give at least two options.": "Geben Sie mindestens zwei Antworten an.",
  "Your {} could not be sent: {}": "{} ließ sich nicht senden: {}",
  camera: "Die Kamera",
  microphone: "Das Mikrofon",
  screen: "Der Bildschirm",
  "screen-audio": "Der Bildschirmton",
  // What hosts are told of their broadcast and their encoders.
  "The machine is too busy: viewers go without {}.": "Der Server ist überlastet: Zuschauer haben {} nicht.",
  "The machine is too busy: the picture is coarser, and people jump to their places.":
    "Der Server ist überlastet: Das Bild ist gröber, und die Personen springen an ihre Plätze.",
  "The machine is too busy: the picture changes {} times a second.":
    "Der Server ist überlastet: Das Bild wechselt nur {} Mal in der Sekunde.",
  "The recording is missing. {}": "Die Aufzeichnung fehlt. {}",
  "A separate track is missing. {}": "Eine einzelne Spur fehlt. {}",
  "Nothing has been written for some seconds.": "Seit einigen Sekunden ist nichts geschrieben worden.",
  "The disk is full.": "Der Datenträger ist voll.",
  "The disk cannot be written to.": "Auf den Datenträger lässt sich nicht schreiben.",
  "Key frames come rarely: whoever joins waits for the next. Set the key frame interval to 2 s.":
    "Schlüsselbilder kommen selten: Wer dazukommt, wartet auf das nächste. Stellen Sie den Abstand der Schlüsselbilder auf 2 s.",
  "Pictures come out of order (B-frames), which cannot be shown live. Set B-frames to 0, or x264's tune to zerolatency, and start again.":
    "Bilder kommen in falscher Reihenfolge (B-Frames), das lässt sich live nicht zeigen. Stellen Sie B-Frames auf 0 oder x264 auf „zerolatency“ und beginnen Sie neu.",
  "Video must be H.264; this is {}. Choose H.264 (x264, NVENC H.264) and start again.":
    "Das Bild muss H.264 sein, hier kommt {}. Wählen Sie H.264 (x264, NVENC H.264) und beginnen Sie neu.",
  "Sound must be AAC; this is {}.": "Der Ton muss AAC sein, hier kommt {}.",
  "The sound cannot be decoded: send AAC-LC.": "Der Ton lässt sich nicht lesen: Senden Sie AAC-LC.",
  // What was typed.
  "Enter {}.": "Bitte füllen Sie das aus.",
  "Enter a name without a web address.": "Geben Sie einen Namen ohne Internetadresse an.",
  "Enter an e-mail address, like ada@example.com.": "Geben Sie eine E-Mail-Adresse an, etwa ada@example.com.",
  "Enter a telephone number, like +49 30 123456.": "Geben Sie eine Telefonnummer an, etwa +49 30 123456.",
  "Enter a number.": "Geben Sie eine Zahl an.",
  "Enter a date.": "Geben Sie ein Datum an.",
  "This address is too long.": "Diese Adresse ist zu lang.",
  "Keep {} under {} characters.": "Bitte höchstens {2} Zeichen.",
  "Contains characters that cannot be shown.": "Das enthält Zeichen, die sich nicht darstellen lassen.",
  "Please answer: {}": "Bitte beantworten Sie: {}",
  "Choose one of the options.": "Wählen Sie eine der Antworten.",
  "Choose from the options.": "Wählen Sie aus den Antworten.",
  "Choose a date.": "Wählen Sie einen Termin.",
  "Choose one date.": "Wählen Sie genau einen Termin.",
  "One of these dates is not to be had any more.": "Einer dieser Termine ist nicht mehr zu haben.",
  "Please agree to this to register.": "Bitte stimmen Sie zu, um sich anzumelden.",
  "This text has changed: please read it again.":
    "Dieser Text hat sich geändert: Bitte lesen Sie ihn noch einmal.",
  "This webinar is over.": "Dieses Webinar ist vorbei.",
  "Addresses at {} are not admitted.": "Adressen von {} werden nicht zugelassen.",
  "Addresses at {} are admitted.": "Adressen von {} werden zugelassen.",
  "Registration is limited to certain organisations. Use your work address.":
    "Die Anmeldung ist bestimmten Organisationen vorbehalten. Nehmen Sie Ihre dienstliche Adresse.",
};

export const faultsDe: FaultTexts = { codes, sentences };
