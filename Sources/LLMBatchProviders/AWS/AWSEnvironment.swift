import Foundation

/// The environment variables of the AWS tools, and the shared files they point to.
package struct AWSEnvironment: Sendable {
    private let values: [String: String]

    package init(_ values: [String: String]) { self.values = values }

    /// The environment of this process.
    package static var process: AWSEnvironment { AWSEnvironment(ProcessInfo.processInfo.environment) }

    /// The value of a variable; nil when it is empty.
    subscript(name: String) -> String? { values[name].flatMap { $0.isEmpty ? nil : $0 } }

    /// The default profile.
    var profile: String { self["AWS_PROFILE"] ?? self["AWS_DEFAULT_PROFILE"] ?? "default" }

    /// The endpoint override of a service: for all services, or for one (`BEDROCK`, `S3`, `STS`, `IAM`).
    func endpoint(of service: SigV4.Service) -> String? {
        guard self["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"]?.lowercased() != "true" else { return nil }
        return self["AWS_ENDPOINT_URL_\(service.rawValue.uppercased())"] ?? self["AWS_ENDPOINT_URL"]
    }

    /// The current contents of the shared files.
    var profiles: AWSProfiles {
        AWSProfiles(
            config: text(of: self["AWS_CONFIG_FILE"] ?? "~/.aws/config"),
            credentials: text(of: self["AWS_SHARED_CREDENTIALS_FILE"] ?? "~/.aws/credentials"))
    }

    /// The text of a file; empty when it cannot be read.
    private func text(of path: String) -> String {
        guard let data = FileManager.default.contents(atPath: expanded(path)) else { return "" }
        return String(decoding: data, as: UTF8.self)
    }

    private func expanded(_ path: String) -> String {
        guard path.hasPrefix("~/") else { return path }
        return (self["HOME"] ?? NSHomeDirectory()) + path.dropFirst(1)
    }
}

/// The profiles of the shared config and credentials files.
///
/// Source: AWS SDKs and Tools reference guide, "Format of the shared config and credentials files".
struct AWSProfiles: Sendable {
    private var settings: [String: [String: String]] = [:]

    init(config: String, credentials: String) {
        read(config) { section in
            section == "default" ? section : Self.name(in: section, after: "profile")
        }
        // The credentials file takes precedence.
        read(credentials) { $0 }
    }

    /// The settings of a profile; nil when it does not exist.
    subscript(profile: String) -> [String: String]? { settings[profile] }

    private static func name(in section: String, after word: String) -> String? {
        guard section.hasPrefix(word), section.dropFirst(word.count).first?.isWhitespace == true else { return nil }
        return section.dropFirst(word.count).trimmingCharacters(in: .whitespaces)
    }

    private mutating func read(_ text: String, name: (String) -> String?) {
        var profile: String?
        for line in text.split(whereSeparator: \.isNewline) {
            let bare = line.trimmingCharacters(in: .whitespaces)
            if bare.isEmpty || bare.hasPrefix("#") || bare.hasPrefix(";") { continue }
            if bare.hasPrefix("["), let end = bare.firstIndex(of: "]") {
                profile = name(bare[bare.index(after: bare.startIndex)..<end].trimmingCharacters(in: .whitespaces))
                if let profile { settings[profile, default: [:]].merge([:]) { old, _ in old } }
                continue
            }
            // An indented line belongs to the setting above it.
            guard let profile, line.first?.isWhitespace == false, let equals = bare.firstIndex(of: "=") else {
                continue
            }
            let key = bare[..<equals].trimmingCharacters(in: .whitespaces).lowercased()
            var value = String(bare[bare.index(after: equals)...])
            for mark in [" #", " ;"] {
                if let comment = value.range(of: mark) { value = String(value[..<comment.lowerBound]) }
            }
            settings[profile]?[key] = value.trimmingCharacters(in: .whitespaces)
        }
    }
}
