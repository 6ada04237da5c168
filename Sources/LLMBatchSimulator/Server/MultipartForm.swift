import Foundation

/// A parsed `multipart/form-data` body. The bytes of its parts are unchanged.
struct MultipartForm {
    /// One part of the form.
    struct Part {
        var name: String
        var filename: String?
        var bytes: Data
    }

    var parts: [Part] = []

    /// Parses a body; nil when the content type has no boundary or the body does not end with it.
    init?(contentType: String, body: Data) {
        guard contentType.lowercased().hasPrefix("multipart/form-data"),
            let boundary = Self.parameter("boundary", of: contentType),
            var place = body.range(of: "--" + boundary, from: body.startIndex)?.upperBound
        else { return nil }
        while !body[place...].starts(with: Data("--".utf8)) {
            guard let head = body.range(of: "\r\n\r\n", from: place),
                let end = body.range(of: "\r\n--" + boundary, from: head.upperBound)
            else { return nil }
            let lines = String(decoding: body[place..<head.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
            if let part = Self.part(head: lines, bytes: body[head.upperBound..<end.lowerBound]) { parts.append(part) }
            place = end.upperBound
        }
    }

    /// The part named `file`.
    var file: Part? { parts.first { $0.name == "file" } }

    /// The text of a field; nil when the form does not have it.
    func field(_ name: String) -> String? {
        parts.first { $0.name == name }.map { String(decoding: $0.bytes, as: UTF8.self) }
    }

    private static func part(head: [String], bytes: Data) -> Part? {
        guard let line = head.first(where: { $0.lowercased().hasPrefix("content-disposition:") }),
            let name = parameter("name", of: line)
        else { return nil }
        return Part(name: name, filename: parameter("filename", of: line), bytes: bytes)
    }

    /// The value of `name=value` or `name="value"` in a header's parameters.
    private static func parameter(_ name: String, of header: String) -> String? {
        for item in header.split(separator: ";").dropFirst() {
            let pair = item.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            guard pair.count == 2, pair[0].lowercased() == name else { continue }
            return pair[1].hasPrefix("\"") ? String(pair[1].dropFirst().prefix { $0 != "\"" }) : pair[1]
        }
        return nil
    }
}
