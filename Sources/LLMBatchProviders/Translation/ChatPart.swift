import LLMBatchCore

/// One part of a turn's content.
struct ChatPart {
    /// The content.
    enum Content: Hashable {
        case text(String)
        case image(ChatMedia)
        /// Audio in Base64, and its format: `wav`, `mp3`.
        case audio(data: String, format: String)
        case file(ChatMedia, name: String?)
    }

    let content: Content
    /// Its location, for refusals: `messages[2].content[0]`.
    let field: String

    /// The parts of a `content`, which may also be a plain text.
    static func all(_ content: JSONNode, field: String) throws(RequestRefusal) -> [ChatPart] {
        if let text = content.text { return [ChatPart(content: .text(text), field: field)] }
        guard let elements = content.elements, !elements.isEmpty else {
            throw RequestRefusal(field: field, "must be a text or a list of parts")
        }
        var parts: [ChatPart] = []
        for (index, element) in elements.enumerated() {
            let place = "\(field)[\(index)]"
            parts.append(ChatPart(content: try read(element, place), field: place))
        }
        return parts
    }

    private static func read(_ part: JSONNode, _ field: String) throws(RequestRefusal) -> Content {
        let type = part["type"]?.text
        try part.refuseMembers(but: ["type", type ?? ""], in: field)
        switch type {
        case "text":
            guard let text = part["text"]?.text else { throw RequestRefusal(field: "\(field).text", "is missing") }
            return .text(text)
        case "image_url": return .image(try image(part["image_url"], "\(field).image_url"))
        case "input_audio":
            guard let data = part["input_audio"]?["data"]?.text, let format = part["input_audio"]?["format"]?.text
            else { throw RequestRefusal(field: "\(field).input_audio", "must have data and format") }
            return .audio(data: data, format: format)
        case "file":
            guard let media = part["file"]?["file_data"]?.text.flatMap(ChatMedia.init) else {
                throw RequestRefusal(field: "\(field).file", "must contain its bytes in file_data, as a data: URL")
            }
            return .file(media, name: part["file"]?["filename"]?.text)
        default: throw RequestRefusal(field: "\(field).type", "is not supported by this provider")
        }
    }

    private static func image(_ image: JSONNode?, _ field: String) throws(RequestRefusal) -> ChatMedia {
        if let detail = image?["detail"], detail != .null, detail != "auto" {
            throw RequestRefusal(field: "\(field).detail", "is not supported by this provider")
        }
        guard let media = image?["url"]?.text.flatMap(ChatMedia.init) else {
            throw RequestRefusal(field: "\(field).url", "must be a URL, or a data: URL in Base64")
        }
        return media
    }
}

/// An image, audio or document: its bytes or its URL.
enum ChatMedia: Hashable {
    case inline(type: String, base64: String)
    case address(String)

    /// Reads a URL of any scheme, or `data:TYPE;base64,TEXT`.
    init?(_ text: String) {
        guard text.hasPrefix("data:") else {
            guard text.contains("://") else { return nil }
            self = .address(text)
            return
        }
        guard let comma = text.firstIndex(of: ",") else { return nil }
        let head = text[text.index(text.startIndex, offsetBy: 5)..<comma]
        guard head.hasSuffix(";base64"), let type = head.split(separator: ";").first, type.contains("/") else {
            return nil
        }
        self = .inline(type: String(type), base64: String(text[text.index(after: comma)...]))
    }
}
