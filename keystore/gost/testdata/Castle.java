import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.math.BigInteger;
import java.security.SecureRandom;
import org.bouncycastle.asn1.rosstandart.RosstandartObjectIdentifiers;
import org.bouncycastle.asn1.cryptopro.ECGOST3410NamedCurves;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.digests.GOST3411_2012_512Digest;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.params.ParametersWithRandom;
import org.bouncycastle.crypto.signers.ECGOST3410_2012Signer;
import org.bouncycastle.math.ec.ECPoint;
import org.bouncycastle.util.encoders.Hex;

/**
 * Answers questions on standard input with BouncyCastle, a line each, in
 * hexadecimal and big-endian numbers:
 *
 *   hash MESSAGE             -> Streebog-512
 *   public D                 -> X Y
 *   sign D DIGEST            -> R S
 *   verify X Y DIGEST R S    -> good or bad
 */
class Castle {
    static final X9ECParameters CURVE = ECGOST3410NamedCurves.getByOIDX9(RosstandartObjectIdentifiers.id_tc26_gost_3410_12_512_paramSetA);
    static final ECDomainParameters DOMAIN = new ECDomainParameters(CURVE.getCurve(), CURVE.getG(), CURVE.getN(), CURVE.getH());

    static BigInteger number(String text) {
        return new BigInteger(text, 16);
    }

    static String answer(String[] q) {
        switch (q[0]) {
            case "hash": {
                GOST3411_2012_512Digest digest = new GOST3411_2012_512Digest();
                byte[] message = q.length > 1 ? Hex.decode(q[1]) : new byte[0];
                byte[] out = new byte[64];
                digest.update(message, 0, message.length);
                digest.doFinal(out, 0);
                return Hex.toHexString(out);
            }
            case "public": {
                ECPoint point = CURVE.getG().multiply(number(q[1])).normalize();
                return point.getAffineXCoord().toBigInteger().toString(16) + " " + point.getAffineYCoord().toBigInteger().toString(16);
            }
            case "sign": {
                ECGOST3410_2012Signer signer = new ECGOST3410_2012Signer();
                signer.init(true, new ParametersWithRandom(new ECPrivateKeyParameters(number(q[1]), DOMAIN), new SecureRandom()));
                BigInteger[] signature = signer.generateSignature(Hex.decode(q[2]));
                return signature[0].toString(16) + " " + signature[1].toString(16);
            }
            default: {
                ECGOST3410_2012Signer signer = new ECGOST3410_2012Signer();
                ECPoint key = CURVE.getCurve().createPoint(number(q[1]), number(q[2]));
                signer.init(false, new ECPublicKeyParameters(key, DOMAIN));
                return signer.verifySignature(Hex.decode(q[3]), number(q[4]), number(q[5])) ? "good" : "bad";
            }
        }
    }

    public static void main(String[] args) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            System.out.println(answer(line.trim().split(" ")));
        }
    }
}
