import LLMBatchCore
import Foundation

/// A property of Unicode scalars, by the name it has in `\p{…}`.
struct UnicodeProperty: Sendable {
    private enum Test: Sendable {
        case categories(Set<Unicode.GeneralCategory>)
        /// Any other property that ICU knows: scripts, long names, binary properties.
        case expression(NSRegularExpression)
    }

    private let test: Test

    /// Nil when there is no such property.
    init?(_ name: String) {
        let short = name.hasPrefix("gc=") ? String(name.dropFirst(3)) : name
        if let categories = Self.categories[short] {
            test = .categories(categories)
            return
        }
        guard name.utf8.allSatisfy({ $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "=") }),
            let expression = try? NSRegularExpression(pattern: "^\\p{\(name)}$")
        else { return nil }
        test = .expression(expression)
    }

    func holds(_ value: UInt32) -> Bool {
        guard let scalar = Unicode.Scalar(value) else { return false }
        switch test {
        case .categories(let categories): return categories.contains(scalar.properties.generalCategory)
        case .expression(let expression):
            let text = String(scalar)
            return expression.firstMatch(in: text, range: NSRange(location: 0, length: text.utf16.count)) != nil
        }
    }

    private static let categories: [String: Set<Unicode.GeneralCategory>] = {
        let single: [String: Unicode.GeneralCategory] = [
            "Lu": .uppercaseLetter, "Ll": .lowercaseLetter, "Lt": .titlecaseLetter, "Lm": .modifierLetter,
            "Lo": .otherLetter, "Mn": .nonspacingMark, "Mc": .spacingMark, "Me": .enclosingMark,
            "Nd": .decimalNumber, "Nl": .letterNumber, "No": .otherNumber, "Pc": .connectorPunctuation,
            "Pd": .dashPunctuation, "Ps": .openPunctuation, "Pe": .closePunctuation, "Pi": .initialPunctuation,
            "Pf": .finalPunctuation, "Po": .otherPunctuation, "Sm": .mathSymbol, "Sc": .currencySymbol,
            "Sk": .modifierSymbol, "So": .otherSymbol, "Zs": .spaceSeparator, "Zl": .lineSeparator,
            "Zp": .paragraphSeparator, "Cc": .control, "Cf": .format, "Cs": .surrogate, "Co": .privateUse,
            "Cn": .unassigned,
        ]
        var sets: [String: Set<Unicode.GeneralCategory>] = [
            "LC": [.uppercaseLetter, .lowercaseLetter, .titlecaseLetter]
        ]
        for (name, category) in single {
            sets[name] = [category]
            sets[String(name.prefix(1)), default: []].insert(category)
        }
        sets["Letter"] = sets["L"]
        sets["Number"] = sets["N"]
        sets["Punctuation"] = sets["P"]
        return sets
    }()
}
