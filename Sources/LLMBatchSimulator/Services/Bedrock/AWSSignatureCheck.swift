import Crypto
import Foundation

/// Verifies a Signature Version 4 as AWS does, from the received call and the headers named in the signature.
struct AWSSignatureCheck {
    /// The contents of an `Authorization` header.
    struct Claim {
        let keyID: String
        let day: String
        let region: String
        let service: String
        let names: [String]
        let signature: String

        init?(_ header: String?) {
            guard let header, header.hasPrefix("AWS4-HMAC-SHA256 ") else { return nil }
            var parts: [String: String] = [:]
            for part in header.dropFirst(17).split(separator: ",") {
                let sides = part.split(separator: "=", maxSplits: 1)
                guard sides.count == 2 else { return nil }
                parts[sides[0].trimmingCharacters(in: .whitespaces)] = String(sides[1])
            }
            let scope = (parts["Credential"] ?? "").split(separator: "/").map(String.init)
            guard scope.count == 5, scope[4] == "aws4_request", let names = parts["SignedHeaders"],
                let signature = parts["Signature"]
            else { return nil }
            (keyID, day, region, service) = (scope[0], scope[1], scope[2], scope[3])
            self.names = names.split(separator: ";").map(String.init)
            self.signature = signature
        }
    }

    /// Why a signature is rejected.
    struct Problem: Error {
        var status = 403
        var code: String
        var message: String
    }

    let claim: Claim
    let call: IncomingCall

    /// Why the service rejects the call; nil when its signature is valid.
    func problem(keys: [SimulatedAWS.Keys], region: String) -> Problem? {
        guard let known = keys.first(where: { $0.id == claim.keyID }) else {
            return problem("InvalidAccessKeyId", "UnrecognizedClientException", "The security token is invalid.")
        }
        guard known.token == call.headers["x-amz-security-token"] else {
            return problem("ExpiredToken", "ExpiredTokenException", "The provided token has expired.")
        }
        guard claim.region == region else {
            let message = "The authorization header is malformed; the region '\(claim.region)' is wrong"
            return Problem(status: 400, code: "AuthorizationHeaderMalformed", message: message)
        }
        guard isRecent else { return problem("RequestTimeTooSkewed", "InvalidSignatureException", "Signature expired") }
        let all = call.headers.keys.filter { $0.hasPrefix("x-amz-") } + ["host"]
        guard all.allSatisfy(claim.names.contains) else {
            let message = "There were headers present which were not signed"
            return problem("AccessDenied", "InvalidSignatureException", message)
        }
        guard let payload else {
            let message = "The provided 'x-amz-content-sha256' header does not match what was computed."
            return Problem(status: 400, code: "XAmzContentSHA256Mismatch", message: message)
        }
        guard signature(known.secret, payload) == claim.signature else {
            let message = "The request signature we calculated does not match the signature you provided."
            return problem("SignatureDoesNotMatch", "InvalidSignatureException", message)
        }
        return nil
    }

    private func problem(_ s3: String, _ other: String, _ message: String) -> Problem {
        Problem(code: claim.service == "s3" ? s3 : other, message: message)
    }

    private var isRecent: Bool {
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(secondsFromGMT: 0)
        format.dateFormat = "yyyyMMdd'T'HHmmss'Z'"
        return format.date(from: call.headers["x-amz-date"] ?? "").map { abs($0.timeIntervalSinceNow) < 300 } ?? false
    }

    private func signature(_ secret: String, _ payload: String) -> String {
        let stamp = call.headers["x-amz-date"] ?? ""
        let scope = "\(claim.day)/\(claim.region)/\(claim.service)/aws4_request"
        let text = "AWS4-HMAC-SHA256\n\(stamp)\n\(scope)\n" + Fingerprint.sha256(Data(canonical(payload).utf8))
        var key = Data("AWS4\(secret)".utf8)
        for part in [claim.day, claim.region, claim.service, "aws4_request", text] {
            key = Data(HMAC<SHA256>.authenticationCode(for: Data(part.utf8), using: SymmetricKey(data: key)))
        }
        return Fingerprint.hex(key)
    }

    private func canonical(_ payload: String) -> String {
        let path = claim.service == "s3" ? call.path : Self.encoded(call.path, keeping: "/")
        let headers = claim.names.map { name in
            let value = (call.headers[name] ?? "").split(separator: " ").joined(separator: " ")
            return "\(name):\(value)\n"
        }
        return "\(call.method)\n\(path)\n\(query)\n\(headers.joined())\n\(claim.names.joined(separator: ";"))\n"
            + payload
    }

    private var query: String {
        let halves = call.target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard halves.count > 1 else { return "" }
        let pairs = halves[1].split(separator: "&").map { pair in
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map {
                Self.encoded($0.removingPercentEncoding ?? String($0), keeping: "")
            }
            return (sides[0], sides.count > 1 ? sides[1] : "")
        }
        return pairs.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map { "\($0.0)=\($0.1)" }.joined(separator: "&")
    }

    /// The digest of the body that is part of the signature; nil when the one in the header is wrong.
    private var payload: String? {
        let own = Fingerprint.sha256(call.body)
        guard claim.service == "s3" else { return own }
        let said = call.headers["x-amz-content-sha256"] ?? ""
        return said == own || said == "UNSIGNED-PAYLOAD" || said.hasPrefix("STREAMING-") ? said : nil
    }

    private static func encoded(_ text: String, keeping further: String) -> String {
        let plain = CharacterSet(
            charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~" + further)
        return text.addingPercentEncoding(withAllowedCharacters: plain) ?? text
    }
}

/// A body sent in signed or trailed chunks: `SIZE;…\r
/// BYTES\r
/// `, ended by a size of 0.
enum AWSChunks {
    static func body(of call: IncomingCall) -> Data {
        let isChunked =
            call.headers["content-encoding"]?.contains("aws-chunked") == true
            || call.headers["x-amz-content-sha256"]?.hasPrefix("STREAMING-") == true
        guard isChunked else { return call.body }
        var whole = Data()
        var rest = call.body[...]
        while let end = rest.range(of: Data("\r\n".utf8)) {
            let head = String(decoding: rest[rest.startIndex..<end.lowerBound], as: UTF8.self)
            let digits = head.split(separator: ";").first ?? ""
            guard let size = Int(digits, radix: 16), size > 0, rest.endIndex - end.upperBound >= size else { break }
            whole += rest[end.upperBound..<end.upperBound + size]
            rest = rest[min(end.upperBound + size + 2, rest.endIndex)...]
        }
        return whole
    }
}
