// What the sentences of a typed phrase are made of: a clause says who does what with what, and where. No word is known from anywhere, so that nobody
// has typed the sentence before; none has a letter that some keyboard lacks. German nouns are all masculine, so that every combination is right.

export interface PhraseWords {
  readonly who: readonly string[]
  readonly does: readonly string[]
  readonly what: readonly string[]
  readonly where: readonly string[]
  /** Of whom, and of what. */
  readonly how: readonly string[]
  clause(parts: {
    readonly howWho: string
    readonly who: string
    readonly does: string
    readonly howWhat: string
    readonly what: string
    readonly where: string
  }): string
  readonly and: string
}

const list = (text: string): readonly string[] => text.trim().split(/\s*,\s*/)

const en: PhraseWords = {
  how: list(
    'quiet, small, green, clever, heavy, bright, early, narrow, gentle, hollow, modern, plain, round, simple, warm, young, yellow, brave, careful, distant, famous, golden, honest, lonely, patient, silent, tired, useful, wooden, friendly, cold, old'
  ),
  who: list(
    'baker, farmer, doctor, sailor, teacher, painter, neighbor, gardener, driver, singer, hunter, writer, waiter, tailor, cousin, pilot, student, captain, dentist, lawyer, builder, butcher, dancer, miner, nurse, porter, ranger, sister, brother, tourist, uncle, wizard'
  ),
  does: list(
    'carries, paints, repairs, finds, borrows, cleans, follows, hides, measures, opens, pulls, returns, sells, throws, visits, washes, watches, counts, covers, draws, forgets, keeps, leaves, moves, orders, passes, remembers, shows, studies, turns, wants, brings'
  ),
  what: list(
    'ladder, basket, bottle, camera, candle, carpet, guitar, hammer, jacket, kettle, lantern, mirror, needle, pencil, pillow, ribbon, saddle, shovel, table, ticket, trumpet, umbrella, violin, wagon, window, blanket, bucket, drawer, engine, garden, helmet, letter'
  ),
  where: list(
    'near the river, behind the church, after the storm, before lunch, in the village, on the bridge, under the stairs, at the station, beside the lake, during the winter, for the market, with great care, next to the mill, in the kitchen, across the valley, on a Monday, at midnight, inside the tower, along the road, in the harbor, without a word, on the island, at the border, behind the barn, in the afternoon, for a friend, past the fence, below the hill, in the rain, on the roof, every summer, until evening'
  ),
  clause: ({ howWho, who, does, howWhat, what, where }) =>
    `the ${howWho} ${who} ${does} the ${howWhat} ${what} ${where}`,
  and: 'and'
}

const de: PhraseWords = {
  how: list(
    'alt, klein, neu, klug, leer, hell, warm, kalt, rund, jung, treu, ernst, stark, schwer, leicht, blau, rot, braun, bunt, fremd, flink, freundlich, geduldig, heimlich, lustig, mutig, niedlich, ordentlich, ruhig, sanft, still, wichtig'
  ),
  who: list(
    'Bauer, Maler, Doktor, Lehrer, Nachbar, Schneider, Fahrer, Pilot, Student, Onkel, Bruder, Vater, Kellner, Tischler, Schmied, Fischer, Wanderer, Richter, Dichter, Wirt, Koch, Postbote, Turner, Schreiber, Schiffer, Gast, Clown, Trainer, Techniker, Matrose, Zauberer, Rentner'
  ),
  does: list(
    'findet, malt, holt, bringt, sucht, verkauft, repariert, zeigt, hebt, zieht, wirft, kauft, nimmt, putzt, versteckt, vergisst, bemerkt, bestellt, bewegt, dreht, fotografiert, kennt, leiht, liebt, misst, mietet, rettet, sieht, tauscht, testet, verliert, zeichnet'
  ),
  what: list(
    'Koffer, Teppich, Spiegel, Hammer, Tisch, Stuhl, Eimer, Brief, Mantel, Ofen, Korb, Ball, Wagen, Schirm, Ring, Hut, Topf, Teller, Besen, Nagel, Schrank, Helm, Sack, Stein, Kompass, Kalender, Apparat, Motor, Schalter, Pinsel, Roller, Kessel'
  ),
  where: list(
    'am Fluss, hinter der Kirche, nach dem Sturm, vor dem Essen, im Dorf, auf dem Berg, unter der Treppe, am Bahnhof, neben dem See, im Winter, am Markt, mit viel Geduld, bei der Burg, im Keller, im Tal, am Montag, um Mitternacht, im Turm, an der Ecke, im Hafen, ohne ein Wort, auf der Insel, an der Grenze, hinter dem Stall, am Nachmittag, im Garten, vor dem Zaun, am Strand, im Regen, auf dem Dach, jeden Sommer, bis zum Abend'
  ),
  clause: ({ howWho, who, does, howWhat, what, where }) =>
    `der ${howWho}e ${who} ${does} den ${howWhat}en ${what} ${where}`,
  and: 'und'
}

/** By language tag. */
export const phraseWords: Readonly<Record<string, PhraseWords>> = { en, de }
