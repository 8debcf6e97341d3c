//! Radicals (部首) that a PDF puts in the place of ideographs, since a font draws both alike.
//!
//! `⽉` (U+2F49) becomes `月` (U+6708), `⻑` becomes `長`; every other character stays as it is.

/// How far the ideograph (NFKC) of each of the 214 Kangxi radicals lies behind that of the radical before, the first behind U+4E00.
/// The steps are a third of the ideographs' size in the module.
const STEPS: [u16; 214] = [
    0, 40, 14, 9, 26, 44, 7, 20, 26, 645, 38, 6, 23, 20, 21, 53, 21, 11, 155, 94, 28, 5, 30, 9, 27, 13, 25, 52, 18, 27,
    756, 72, 460, 23, 8, 11, 18, 76, 477, 48, 120, 23, 19, 22, 54, 3, 362, 10, 12, 13, 116, 8, 5, 117, 10, 13, 8, 61,
    17, 18, 80, 581, 46, 21, 740, 5, 83, 16, 13, 21, 39, 5, 267, 24, 32, 1016, 66, 23, 58, 24, 9, 7, 52, 5, 32, 1079,
    447, 12, 5, 4, 8, 18, 2, 81, 216, 5, 339, 10, 50, 7, 9, 8, 91, 7, 228, 7, 49, 17, 47, 237, 7, 17, 327, 126, 6, 182,
    87, 46, 378, 133, 574, 27, 57, 51, 68, 11, 6, 33, 76, 10, 346, 7, 9, 9, 16, 15, 4, 79, 4, 6, 981, 30, 469, 12, 23,
    283, 13, 71, 46, 567, 15, 15, 35, 37, 199, 12, 67, 248, 31, 209, 21, 5, 220, 184, 125, 6, 5, 934, 9, 156, 154, 3,
    47, 105, 13, 4, 7, 98, 34, 6, 14, 167, 51, 4, 183, 3, 19, 252, 48, 7, 70, 10, 3, 10, 30, 395, 400, 10, 38, 22, 8,
    10, 4, 40, 4, 17, 5, 13, 27, 15, 8, 59, 15, 4,
];
/// Radicals of the supplement that are whole characters of Japanese, each before its ideograph (EquivalentUnifiedIdeograph.txt).
const SUPPLEMENT: &str =
    "⺌小⺒巳⺜日⺝月⺟母⺠民⺧牛⺩王⺫目⺶羊⻁虎⻄西⻑長⻗雨⻘青⻝食⻣骨⻤鬼⻨麦⻩黄⻫斉⻭歯⻯竜⻲亀⻳龟";
/// The ideograph of a radical; any other character as it is.
pub fn ideograph(typed: char) -> char {
    let found = match typed {
        '\u{2E80}'..='\u{2EFF}' => {
            let mut pairs = SUPPLEMENT.chars();
            pairs.find(|radical| *radical == typed).and_then(|_| pairs.next())
        }
        '\u{2F00}'..='\u{2FD5}' => {
            let row = usize::try_from(u32::from(typed) - 0x2F00).unwrap_or_default();
            char::from_u32(0x4E00 + STEPS.iter().take(row + 1).map(|step| u32::from(*step)).sum::<u32>())
        }
        _ => None,
    };
    found.unwrap_or(typed)
}

#[cfg(test)]
mod tests {
    use super::{SUPPLEMENT, ideograph};

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
        let kangxi: String = ('\u{2F00}'..='\u{2FD5}').map(ideograph).collect();
        assert_eq!(
            kangxi,
            "一丨丶丿乙亅二亠人儿入八冂冖冫几凵刀力勹匕匚匸十卜卩厂厶又口囗土士夂夊夕大女子宀寸小尢尸屮山巛工己巾干幺广廴廾弋弓彐彡彳心戈戶手支攴文斗斤方无日曰月木欠止歹殳毋比毛氏气水火爪父爻爿片牙牛犬玄玉瓜瓦甘生用田疋疒癶白皮皿目矛矢石示禸禾穴立竹米糸缶网羊羽老而耒耳聿肉臣自至臼舌舛舟艮色艸虍虫血行衣襾見角言谷豆豕豸貝赤走足身車辛辰辵邑酉釆里金長門阜隶隹雨靑非面革韋韭音頁風飛食首香馬骨高髟鬥鬯鬲鬼魚鳥鹵鹿麥麻黃黍黑黹黽鼎鼓鼠鼻齊齒龍龜龠"
        );
        assert_eq!(SUPPLEMENT.chars().count() % 2, 0);
        for letter in '\0'..=char::MAX {
            let changed = ideograph(letter) != letter;
            assert!(!changed || ('\u{2E80}'..='\u{2FD5}').contains(&letter), "{letter}");
            assert_eq!(ideograph(ideograph(letter)), ideograph(letter), "{letter}");
        }
    }
}
