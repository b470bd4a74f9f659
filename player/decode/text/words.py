"""Words that a heading should not tear apart.

Chinese is written without spaces, and a dictionary of all of it would be larger than the player; these few make up most
of what screens against fraud say. A word that is not here may be broken, as anywhere in Chinese text.
"""

import functools
import re

_WORDS = (
    "反诈 防诈 无诈 诈骗 骗子 防骗 被骗 受骗 骗局 骗术 骗取 上当 刷单 返利 投资 理财 贷款 征信 网购 购物 "
    "客服 快递 退款 理赔 电商 物流 公检法 公安 民警 警察 警方 检察院 法院 通缉令 通缉 逮捕 调查 检查 传票 "
    "报警 报案 派出所 社区 网格员 村委会 居委会 便民 服务 中心 国家 应急 广播 电话 手机 短信 微信 链接 网址 "
    "网站 陌生 来电 点击 扫码 下载 安装 注册 登录 登记 验证码 密码 银行卡 银行 网银 安全账户 账户 账号 安全 转账 汇款 "
    "转接 付款 收款 资金 现金 保证金 手续费 中奖 补贴 领取 领导 老板 熟人 家属 亲友 朋友 老人 孩子 学生 村民 "
    "居民 群众 市民 个人 信息 身份证 隐私 屏幕 共享 会议 开通 宾馆 开房 接受 要求 自称 冒充 通知 索要 泄露 "
    "透露 轻信 谨防 警惕 提高 防范 意识 守住 守护 钱袋子 养老钱 幸福 平安 美好 生活 家园 共建 全民 参与 一律 "
    "凡是 都是 不要 不听 不信 不点 挂掉 挂断 删掉 拨打 咨询 核实 求助 专线 热线 联系 网络 游戏 交易 婚恋 "
    "交友 虚假 兼职 高薪 保健品 只要 一提到 一谈到 谈到 提到 认识 发来 近期 增多 提供 立即 出现 正在 切勿 "
    "请勿 务必 今天 明天 每日 工作 时间 地址 培训 宣传 活动 我们 你们 大家 各位"
)


def inside_words(text: str) -> frozenset[int]:
    """Gives the positions of a text that lie within one of the words."""
    return frozenset(place for word in _pattern().finditer(text) for place in range(word.start() + 1, word.end()))


@functools.cache
def _pattern() -> re.Pattern[str]:
    return re.compile("|".join(sorted(_WORDS.split(" "), key=len, reverse=True)))
