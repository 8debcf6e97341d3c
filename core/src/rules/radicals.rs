//! Radicals (部首) that a PDF has instead of ideographs, since a font draws both alike.
//!
//! `⽉` (U+2F49) becomes `月` (U+6708), `⻑` becomes `長`; every other character stays as it is.

/// The ideographs of the 214 Kangxi radicals, in their order from U+2F00 on (NFKC), each of three bytes.
const KANGXI: &str = "一丨丶丿乙亅二亠人儿入八冂冖冫几凵刀力勹匕匚匸十卜卩厂厶又口囗土士夂夊夕大女子宀寸小尢尸屮山巛工己巾干幺广廴\
    廾弋弓彐彡彳心戈戶手支攴文斗斤方无日曰月木欠止歹殳毋比毛氏气水火爪父爻爿片牙牛犬玄玉瓜瓦甘生用田疋疒癶白皮皿\
    目矛矢石示禸禾穴立竹米糸缶网羊羽老而耒耳聿肉臣自至臼舌舛舟艮色艸虍虫血行衣襾見角言谷豆豕豸貝赤走足身車辛辰辵\
    邑酉釆里金長門阜隶隹雨靑非面革韋韭音頁風飛食首香馬骨高髟鬥鬯鬲鬼魚鳥鹵鹿麥麻黃黍黑黹黽鼎鼓鼠鼻齊齒龍龜龠";
/// The steps from each of them to the next, from 0 to the first: in the module less than half of the text.
static STEPS: [u16; 214] = steps();

#[expect(clippy::indexing_slicing, reason = "the compiler computes it, and refuses an index that is wrong")]
const fn steps() -> [u16; 214] {
    let (bytes, mut steps, mut before, mut row) = (KANGXI.as_bytes(), [0; 214], 0, 0);
    while row < steps.len() {
        let at = row * 3;
        let code =
            ((bytes[at] as u16 & 0xF) << 12) | ((bytes[at + 1] as u16 & 0x3F) << 6) | (bytes[at + 2] as u16 & 0x3F);
        steps[row] = code - before;
        before = code;
        row += 1;
    }
    steps
}

/// Radicals of the supplement that are whole characters of Japanese, each before its ideograph (EquivalentUnifiedIdeograph.txt).
const SUPPLEMENT: &str =
    "⺌小⺒巳⺜日⺝月⺟母⺠民⺧牛⺩王⺫目⺶羊⻁虎⻄西⻑長⻗雨⻘青⻝食⻣骨⻤鬼⻨麦⻩黄⻫斉⻭歯⻯竜⻲亀⻳龟";

/// The ideograph of a radical; any other character unchanged.
pub fn ideograph(typed: char) -> char {
    let found = match typed {
        '\u{2E80}'..='\u{2EFF}' => {
            let mut pairs = SUPPLEMENT.chars();
            pairs.find(|radical| *radical == typed).and_then(|_| pairs.next())
        }
        '\u{2F00}'..='\u{2FD5}' => {
            // In Unicode as in the dictionary ideographs follow their radicals: each is some steps behind the one before.
            let rows = usize::try_from(u32::from(typed) - 0x2F00).unwrap_or_default() + 1;
            char::from_u32(STEPS.iter().take(rows).fold(0, |code, step| code + u32::from(*step)))
        }
        _ => None,
    };
    found.unwrap_or(typed)
}

#[cfg(test)]
mod tests {
    use super::{KANGXI, SUPPLEMENT, ideograph};

    #[test]
    fn radicals_become_ideographs() {
        for (radicals, ideographs) in [
            ("⽇⽉⽕⽔⽊⾦⼟", "日月火水木金土"),
            ("⼀⼆⼋⼗", "一二八十"),
            ("⼤⽐⿓⿕", "大比龍龠"),
            ("⻄⻑⻩⺠", "西長黄民"),
        ] {
            assert_eq!(radicals.chars().map(ideograph).collect::<String>(), ideographs, "{radicals}");
        }
    }

    #[test]
    fn every_radical_has_one_ideograph_and_all_else_stays() {
        assert_eq!((KANGXI.len(), KANGXI.chars().count()), (214 * 3, 214));
        assert_eq!(SUPPLEMENT.chars().count() % 2, 0);
        for letter in '\0'..=char::MAX {
            let changed = ideograph(letter) != letter;
            assert!(!changed || ('\u{2E80}'..='\u{2FD5}').contains(&letter), "{letter}");
            assert_eq!(ideograph(ideograph(letter)), ideograph(letter), "{letter}");
        }
    }
}
