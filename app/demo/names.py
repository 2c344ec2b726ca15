"""Made-up names: common surnames and given names drawn from a seed, with rare characters among them.

No name is taken from a list of people; that one of them belongs to somebody cannot be ruled out, which
is why every demo officer carries a demo number and every demo credential says so.
"""

from random import Random

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘"
    "杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
COMMON_SURNAMES = SURNAMES[:24]
DOUBLE_SURNAMES = ("欧阳", "司马", "诸葛", "上官")
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红玲芬燕彬斌宇浩凯峰建国志海东文辉力立新春梅兰竹菊晓"
    "雪佳琪思远博雅子轩雨泽欣怡梓涵俊豪嘉诚锦程瑞祥振邦德厚安宁和畅清源望舒云帆若溪书仪景行致远承泽允中守正"
)
RARE = ("李䶮", "孙㛃", "陈𬱖", "赵𬀩", "阿依古丽·买买提", "古丽娜尔·阿不都拉")


def made_up_name(random: Random) -> str:
    """Return one name of two to four characters."""
    return _surname(random) + "".join(random.choice(GIVEN) for _place in range(random.choice((1, 2, 2, 2))))


def _surname(random: Random) -> str:
    draw = random.random()
    if draw < 0.005:
        return random.choice(DOUBLE_SURNAMES)
    return random.choice(COMMON_SURNAMES if draw < 0.6 else SURNAMES)
