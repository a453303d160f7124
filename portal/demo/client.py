"""The clients of the demo, one in every state there is, and what each did in the last three weeks.

All names are made up; the numbers are of the range that is kept free for fiction.
"""

from portal.demo.story import Person

ROSA = Person("Rosa Delgado", "+14155550132", "rosa@delgado.example", "Family", "Two kids and a very slow dog.")
OWEN = Person("Owen Hartley", "+14155550147", "owen@hartley.example", "Couple")
PRIYA = Person("Priya Raman", "+14155550118", "priya@raman.example", "Newborn", "She sleeps from ten to noon, mostly.")
JONAS = Person("Jonas Weber", "+14155550163", "jonas@weber.example")
MEI = Person("Mei Tanaka", "+14155550171", "mei@tanaka.example", "Pets", "E-mail is best, I never look at my phone.")
SAMUEL = Person("Samuel Okafor", "+14155550185", "samuel@okafor.example", "Family")
GRACE = Person("Grace Lindqvist", "+14155550126", "grace@lindqvist.example", "Couple")
GRACE_AT_WORK = Person("Grace Lindqvist", "+14155550127", "grace@lindqvist.example", "Couple")
TOMAS = Person("Tomás Rivera", "+14155550154", "tomas@rivera.example", "Family")
WALTER = Person("Walter Boone", "+14155550190", "walter@boone.example", "Pets", "Three parrots.")
AISHA = Person("Aisha Karim", "+14155550139", "aisha@karim.example", "Newborn")
NINA = Person("", "+14155550112")
BEN = Person("Ben Carter", "+14155550178", "ben@carter.example", "Family")
HANNAH = Person("Hannah Brooks", "+14155550166", "hannah@brooks.example")
CARMEN = Person("Carmen Ortiz", "+14155550129", "carmen@ortiz.example", "Couple", "We are both camera-shy.")

Told = tuple[int, str, str, Person, str]
"""Days ago (0: today), at what time (today: minutes ago), verb, who, and what."""

HISTORY: tuple[Told, ...] = (
    # opted in, in the middle of a conversation
    (12, "10:41", "yes", ROSA, "form"),
    (12, "11:05", "ana", ROSA, "Hi Rosa, Ana here. I have Saturday or Sunday morning next week. Which suits you?"),
    (12, "11:20", "text", ROSA, "Saturday please! Can we do it at the beach?"),
    (12, "11:24", "ana", ROSA, "The beach it is. The light is best early: let's meet at the parking lot at 9."),
    (1, "18:02", "text", ROSA, "One more thing, may we bring our dog?"),
    (1, "18:10", "ana", ROSA, "Of course. Bring a leash and his favorite treats."),
    (0, "35", "text", ROSA, "You're the best. Is it ok if my mom joins for a few pictures?"),
    # opted in, asked for help once
    (9, "09:12", "yes", PRIYA, "form"),
    (9, "12:31", "theo", PRIYA, "Hello Priya, congratulations! Newborns are easiest at home. Is Thursday at 10 good?"),
    (9, "12:48", "text", PRIYA, "Thursday at 10 is perfect, thank you"),
    (7, "08:15", "text", PRIYA, "HELP"),
    (6, "10:02", "theo", PRIYA, "Looking forward to tomorrow. Nothing to prepare, just keep the room warm."),
    # opted out by STOP, and left something to do
    (16, "14:20", "yes", OWEN, "form"),
    (16, "15:01", "ana", OWEN, "Hi Owen, thanks for your answers. Shall I send you the price list?"),
    (16, "15:32", "text", OWEN, "Yes please, by e-mail"),
    (4, "17:20", "text", OWEN, "STOP texting me please, but can you email me the price list?"),
    # opted out in his own words, back by a questionnaire, and the carrier still blocks
    (20, "11:00", "yes", SAMUEL, "form"),
    (14, "09:44", "text", SAMUEL, "please stop texting me"),
    (3, "10:09", "behave", SAMUEL, "blocked"),
    (3, "10:10", "yes again", SAMUEL, "form"),
    # two numbers; the STOP of one pauses the other
    (15, "13:05", "yes", GRACE, "form"),
    (15, "13:06", "gives", GRACE, GRACE_AT_WORK.number),
    (15, "13:09", "yes again", GRACE_AT_WORK, "form"),
    (5, "16:40", "text", GRACE_AT_WORK, "Stop."),
    # a reply that may mean stop waits for a decision
    (11, "19:30", "yes", TOMAS, "form"),
    (1, "09:00", "theo", TOMAS, "Hi Tomás, a short reminder of your session on Friday at 4."),
    (0, "180", "text", TOMAS, "is there a way to stop these reminders?"),
    # opted out by a member, after a call
    (18, "10:15", "yes", BEN, "form"),
    (8, "11:50", "opt out", BEN, "Ben called: he would rather get e-mail."),
    # declined by a personal link; asked and silent; landline
    (7, "09:00", "meet", MEI, ""),
    (6, "20:12", "no", MEI, "form"),
    (1, "12:25", "yes", JONAS, "waiting list"),
    (2, "17:58", "behave", WALTER, "landline"),
    (2, "18:00", "yes", WALTER, "form"),
    # no consent: somebody texted first, and a contact nobody has asked
    (0, "300", "text", NINA, "Hello, I got your number from Priya. Do you have a free day in the holidays?"),
    (3, "15:00", "meet", HANNAH, ""),
    # opted in today, one of them unread
    (0, "120", "yes", AISHA, "form"),
    (0, "95", "text", AISHA, "Hi! Do you also photograph twins?"),
    (0, "50", "yes", CARMEN, "form"),
)
